import Glibc
import LegworkCore
import LegworkDaemon
import Testing

@Suite("Starting a daemon")
struct StartingDaemons {
    @Test("ten commands at once start exactly one")
    func together() async throws {
        try await Site.use { site in
            let commands = try (0..<10).map { try site.start("run", "-q", "--", "echo", "\($0)") }
            var ids: Set<String> = []
            for command in commands {
                let view = try await command.end()
                #expect(view.code == 0, "\(view)")
                ids.formUnion(view.lines)
            }
            #expect(ids.count == 10)
            #expect(try await Set(site.legwork("list", "-q").lines) == ids)
            let log = Files.text(site.state + "/daemon.log")
            #expect(log.split(separator: "\n").count { $0.contains(" serves ") } == 1, "\(log)")
        }
    }

    @Test("it may open as many files as the user may, whatever the shell it was started from")
    func descriptors() async throws {
        try await Site.use { site in
            let view = try await site.shell("ulimit -Sn 200; $legwork run -- sh -c 'ulimit -Sn; ulimit -Hn'")
            let limits = view.lines.compactMap(Int.init)
            #expect(limits.count == 2)
            #expect(limits.first == limits.last.map { min($0, 65_536) }, "\(view)")
        }
    }

    @Test("a second one on the same folder is refused with 4, and the first one is unharmed")
    func second() async throws {
        try await Site.use { site in
            let first = try await site.serve()
            let gated = try await site.startGated()
            for _ in 0..<2 {
                let view = try await site.legwork("serve")
                #expect(view.code == 4)
                #expect(view.error.contains("another daemon") && view.error.contains("\(first.pid)"), "\(view)")
            }
            try site.open()
            #expect(try await site.legwork("wait", gated).code == 0)
            #expect(try await site.get("/health").json["pid"]?.int == Int(first.pid))
        }
    }

    @Test("what a dead one left behind does not matter: its socket, or anything else in that place")
    func staleSocket() async throws {
        try await Site.use { site in
            let first = try await site.serve()
            try await first.killNow()
            #expect(Files.exists(site.socket))
            #expect(try await site.legwork("list").code == 0)
            try await site.legwork("stop")
            try Files.write(site.socket, "not a socket")
            #expect(try await site.legwork("list").code == 0)
        }
    }

    @Test("it outlives the command that starts it, and the folder of that")
    func outlives() async throws {
        try await Site.use { site in
            mkdir(site.folder + "/gone", 0o755)
            #expect(try await site.start(["list"], in: site.folder + "/gone").end().code == 0)
            rmdir(site.folder + "/gone")
            let view = try await site.legwork("run", "--", "pwd")
            #expect(view.output == site.folder + "\n")
        }
    }

    @Test("only its user can use it: the folder 0700, socket, database, log and token 0600, also in a folder that was open")
    func modes() async throws {
        try await Site.use { site in
            mkdir(site.state, 0o755)
            chmod(site.state, 0o755)
            #expect(try await site.legwork("run", "--", "echo", "secret").code == 0)
            try await site.legwork("stop")
            _ = try await site.serve("--port", "0")
            #expect(Files.mode(site.state) == 0o700)
            for name in Files.names(in: site.state) where name != "outputs" {
                #expect(Files.mode("\(site.state)/\(name)") & 0o077 == 0, "\(name)")
            }
            #expect(Files.mode(site.socket) == 0o600)
            #expect(Files.mode(site.state + "/token") == 0o600)
        }
    }

    @Test("a state folder with a long path works: the socket lies elsewhere, in a folder of the user's own")
    func longPath() async throws {
        try await Site.use { site in
            let state = site.folder + "/" + String(repeating: "deep/", count: 30) + "state"
            let view = try await site.legwork("run", "--state", state, "--", "echo", "hello")
            #expect(view.output == "hello\n", "\(view)")
            #expect(Files.mode("/tmp/legwork-\(getuid())") == 0o700)
            #expect(try await site.legwork("stop", "--state", state).output == "stopped\n")
        }
    }

    @Test(
        "what another may have made in a shared place is not trusted, and its target left as it is",
        arguments: ["link", "open", "missing"]
    )
    func sharedPlace(_ kind: String) async throws {
        try await Site.use { site in
            let long = site.folder + "/" + String(repeating: "deep/", count: 30) + "state"
            let folder = StateFolder(path: long, sharedFolder: site.folder)
            let own = "\(site.folder)/legwork-\(getuid())"
            #expect(folder.socket.hasPrefix(own + "/"))
            switch kind {
            case "link":
                mkdir(site.folder + "/target", 0o755)
                symlink(site.folder + "/target", own)
            case "open": mkdir(own, 0o755)
            default:
                #expect(try folder.checkSocket() == false)
                try folder.create()
                #expect(try folder.checkSocket())
                #expect(Files.mode(own) == 0o700)
                return
            }
            let error = #expect(throws: DaemonError.self) { try folder.checkSocket() }
            #expect(error?.description.contains("only you can use") == true)
            #expect(throws: DaemonError.self) { try folder.create() }
            #expect(Files.mode(kind == "link" ? site.folder + "/target" : own) == 0o755)
        }
    }

    @Test("a state folder that is another user's link is refused", .enabled(if: getuid() == 0))
    func foreignLink() async throws {
        try await Site.use { site in
            mkdir(site.folder + "/target", 0o755)
            symlink(site.folder + "/target", site.state)
            lchown(site.state, 12345, 12345)
            let view = try await site.legwork("list")
            #expect(view.code == 4 && view.error.contains("another user"), "\(view)")
            #expect(Files.mode(site.folder + "/target") == 0o755)
            #expect(Files.names(in: site.folder + "/target") == [])
        }
    }

    struct BadFolder: Sendable, CustomTestStringConvertible {
        let name: String
        let prepare: @Sendable (Site) throws -> String
        let says: String
        var testDescription: String { name }
    }

    @Test(
        "where none can start, the command says why and what to do, with 4",
        arguments: [
            BadFolder(
                name: "the state folder is a file",
                prepare: { site in
                    try Files.write(site.folder + "/file", "precious")
                    return site.folder + "/file"
                },
                says: "not a folder"
            ),
            BadFolder(
                name: "the state folder lies below a file",
                prepare: { site in
                    try Files.write(site.folder + "/file", "precious")
                    return site.folder + "/file/state"
                },
                says: "Not a directory"
            ),
            BadFolder(name: "nothing can be made there", prepare: { _ in "/proc/legwork/state" }, says: "/proc/legwork"),
            BadFolder(
                name: "the database is garbage",
                prepare: { site in
                    mkdir(site.state, 0o700)
                    try Files.write(site.state + "/tasks.db", String(repeating: "precious ", count: 1000))
                    return site.state
                },
                says: "no SQLite database"
            ),
            BadFolder(
                name: "the database is a folder",
                prepare: { site in
                    mkdir(site.state, 0o700)
                    mkdir(site.state + "/tasks.db", 0o700)
                    return site.state
                },
                says: "no regular file"
            ),
            BadFolder(
                name: "the log is a folder",
                prepare: { site in
                    mkdir(site.state, 0o700)
                    mkdir(site.state + "/daemon.log", 0o700)
                    return site.state
                },
                says: "daemon.log"
            ),
        ]
    )
    func badFolder(_ bad: BadFolder) async throws {
        try await Site.use { site in
            let state = try bad.prepare(site)
            for command in [["list"], ["run", "--state", state, "--", "true"]] {
                let view = try await site.start(command, adding: ["LEGWORK_STATE": state]).end()
                #expect(view.code == 4, "\(view)")
                #expect(view.error.contains(bad.says), "\(view)")
                #expect(view.error.hasPrefix("legwork: ") && view.output.isEmpty, "\(view)")
            }
            // A daemon in the foreground has no need of the log.
            if !bad.says.contains("log") { #expect(try await site.legwork("serve", "--state", state).code == 4) }
            let doctor = try await site.legwork("doctor", "--state", state)
            #expect(doctor.code == 1 && doctor.output.contains("FAIL"), "\(doctor)")
            if Files.exists(site.folder + "/file") { #expect(Files.text(site.folder + "/file") == "precious") }
        }
    }

    @Test("a database of a newer version is refused with a clear text, and left as it is")
    func newerSchema() async throws {
        try await Site.use { site in
            let id = try await site.legwork("run", "-q", "--", "true").output.trimmed
            try await site.legwork("stop")
            let file = site.state + "/tasks.db"
            let before = Files.read(file)
            // SQLite keeps `user_version` at this place of its header.
            try Files.write(file, [0, 0, 0, 99], at: 60)
            let newer = Files.read(file)
            let view = try await site.legwork("list")
            #expect(view.code == 4)
            #expect(view.error.contains("newer"), "\(view)")
            #expect(Files.read(file) == newer)
            try Files.write(file, Array(before[60..<64]), at: 60)
            #expect(try await site.legwork("list", "-q").lines == [id])
        }
    }

    @Test("over TCP it answers those who have the token, and mean it")
    func port() async throws {
        try await Site.use { site in
            let daemon = try await site.serve("--port", "0")
            let log = try await daemon.view { $0.error.contains("listening on http://127.0.0.1:") }.error
            let digits = try #require(log.split(separator: "127.0.0.1:").last).prefix { $0.isNumber }
            let port = try #require(UInt16(digits))
            let token = Files.text(site.state + "/token").trimmed
            func status(_ headers: [String], host: String = "localhost", target: String = "/v1/stats") async throws -> Reply {
                try await offPool {
                    let connection = try Connection(port: port)
                    connection.send("GET", target, host: host, headers: headers)
                    return try connection.reply()
                }
            }
            #expect(try await status(["Authorization: Bearer \(token)"]).status == 200)
            let wrong = [
                [], ["Authorization: Bearer "], ["Authorization: Bearer \(token)x"], ["Authorization: Bearer \(token.dropLast())"],
                ["Authorization: Basic \(token)"], ["Authorization: \(token)"],
            ]
            for headers in wrong {
                let reply = try await status(headers)
                #expect(reply.status == 401, "\(headers): \(reply)")
                #expect(reply.errorCode == "unauthorized" && reply.head.contains("WWW-Authenticate: Bearer"))
            }
            let right = "Authorization: Bearer \(token)"
            for host in ["127.0.0.1:\(port)", "LOCALHOST:\(port)", "[::1]:\(port)", "[::1]"] {
                #expect(try await status([right], host: host).status == 200, "\(host)")
                #expect(try await status([right, "Origin: http://\(host)"], host: host).status == 200, "\(host)")
            }
            for host in ["legwork.example", "localhost.example:\(port)", "127.0.0.1.example", "[::2]", "127.0.0.2"] {
                let reply = try await status([right], host: host)
                #expect(reply.status == 421 && reply.errorCode == "misdirected", "\(host): \(reply)")
            }
            // In a target that is a whole URL, the host that counts is there.
            #expect(try await status([right], target: "http://legwork.example/v1/stats").status == 421)
            #expect(try await status([right], host: "legwork.example", target: "http://localhost/v1/stats").status == 200)
            for origin in ["null", "http://legwork.example", "http://localhost:1", "https://localhost"] {
                #expect(try await status([right, "Origin: \(origin)"]).status == 403, "\(origin)")
            }
            // The socket needs none.
            #expect(try await site.get("/v1/stats").status == 200)
        }
    }

    @Test("a token that others can read is refused")
    func openToken() async throws {
        try await Site.use { site in
            _ = try await site.legwork("list")
            try await site.legwork("stop")
            try Files.write(site.state + "/token", String(repeating: "t", count: 40))
            chmod(site.state + "/token", 0o644)
            let view = try await site.legwork("serve", "--port", "0")
            #expect(view.code == 4)
            #expect(view.error.contains("chmod 600"), "\(view)")
        }
    }
}
