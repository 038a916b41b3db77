import Glibc
import LegworkCore
import Testing

@Suite("Using tokens")
struct UsingTokens {
    private func echo(_ text: String) -> JSONValue { ["tool": "run_command", "arguments": ["argv": ["echo", .string(text)]]] }

    @Test("a token for one owner needs no header, sees that owner's tasks, and may name no other")
    func oneOwner() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let ann = try await site.token("--owner", "ann")
            let made = try await port.request("POST", "/v1/tasks", token: ann, body: echo("hello"))
            #expect(made.status == 202)
            let id = made.json["task"]?["id"]?.string ?? ""
            #expect(try await site.legwork("list", "-q", "--owner", "ann").lines == [id])
            #expect(try await site.legwork("list", "-q").lines == [])
            #expect(try await port.request("GET", "/v1/tasks/\(id)", token: ann, headers: ["Legwork-Owner: ann"]).status == 200)
            let foreign = try await port.request("GET", "/v1/tasks", token: ann, headers: ["Legwork-Owner: local"])
            #expect(foreign.status == 403 && foreign.errorCode == "foreign_owner", "\(foreign)")
            let view = try await port.request("GET", "/v1/tasks", token: ann, headers: ["Legwork-Scope: operator"])
            #expect(view.status == 403 && view.errorCode == "forbidden", "\(view)")
            // A foreign task and a missing one look alike.
            let bob = try await site.token("--owner", "bob")
            #expect(try await port.request("GET", "/v1/tasks/\(id)", token: bob).status == 404)
        }
    }

    @Test("a token for several owners says for which of them, and one for all may be anybody")
    func severalOwners() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let team = try await site.token("--owner", "team/*")
            let unsaid = try await port.request("GET", "/v1/tasks", token: team)
            #expect(unsaid.status == 400 && unsaid.errorCode == "owner_missing", "\(unsaid)")
            #expect(try await port.request("GET", "/v1/tasks", token: team, headers: ["Legwork-Owner: team/a"]).status == 200)
            for owner in ["team", "teams/a", "local", "TEAM/a"] {
                let reply = try await port.request("GET", "/v1/tasks", token: team, headers: ["Legwork-Owner: \(owner)"])
                #expect(reply.status == 403 && reply.errorCode == "foreign_owner", "\(owner): \(reply)")
            }
            let all = try await site.token("--all-owners")
            for headers in [[], ["Legwork-Owner: team/a"], ["Legwork-Owner: local"]] {
                #expect(try await port.request("GET", "/v1/tasks", token: all, headers: headers).status == 200)
            }
        }
    }

    @Test("what a token has no right to is refused with 403, and what it has is done")
    func rights() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let kinds: [(right: String, method: String, target: String, body: JSONValue?)] = [
                ("read", "GET", "/v1/tasks", nil), ("read", "POST", "/v1/wait", ["tasks": ["x"]]),
                ("call", "POST", "/v1/tasks", echo("hello")),
                ("call", "POST", "/v1/call", echo("hello")), ("cancel", "POST", "/v1/clear", [:]), ("admin", "GET", "/v1/tokens", nil),
                ("admin", "POST", "/v1/tokens", [:]), ("admin", "POST", "/v1/queues/main", ["state": "open"]),
            ]
            let caller = try await site.token("--rights", "call", "--all-owners")
            for target in ["/v1/call", "/v1/tasks", "/v1/schedules"] {
                let body: JSONValue = ["tool": "cancel_task", "arguments": ["task_id": "x"]]
                let reply = try await port.request("POST", target, token: caller, body: body)
                #expect(reply.status == 403 && reply.errorCode == "forbidden", "\(target): \(reply)")
            }
            for right in ["read", "call", "cancel", "admin"] {
                let token = try await site.token("--rights", right, "--all-owners")
                for kind in kinds {
                    let reply = try await port.request(kind.method, kind.target, token: token, body: kind.body)
                    let isAllowed = kind.right == right
                    // Who may make tokens makes none that may do more than he.
                    let isDenied = reply.status == 403 && reply.errorCode == "forbidden"
                    if kind.target == "/v1/tokens", kind.method == "POST" {
                        #expect(isDenied)
                    } else if kind.target.hasPrefix("/v1/queues") {
                        #expect(reply.status == 403 || isAllowed, "\(right): \(kind.method) \(kind.target): \(reply)")
                    } else {
                        #expect(isDenied == !isAllowed, "\(right): \(kind.method) \(kind.target): \(reply)")
                    }
                }
            }
        }
    }

    @Test("a token that is revoked in the middle of a stream ends that stream and no other, and lets nobody in again, over a restart too")
    func revoked() async throws {
        try await Site.use { site in
            let (daemon, port) = try await site.serveTCP()
            let task = try await site.startGated("gate", "--owner", "ann")
            let (first, second) = (try await site.token("--owner", "ann"), try await site.token("--owner", "ann"))
            func stream(_ token: String) async throws -> Connection {
                try await offPool {
                    let connection = try Connection(port: port.number)
                    connection.send("GET", "/v1/tasks/\(task)/output?follow=1", headers: ["Authorization: Bearer \(token)"])
                    guard connection.read(until: "started").contains("200 OK") else { throw Failure("no stream began") }
                    return connection
                }
            }
            let (ending, staying) = (try await stream(first), try await stream(second))
            let id = String(first.split(separator: "_")[1])
            #expect(try await site.legwork("token", "revoke", id).output.trimmed == id)
            #expect(try await offPool { ending.read(until: "never") } == "")
            let refused = try await port.request("GET", "/v1/tasks", token: first)
            #expect(refused.status == 401 && refused.errorCode == "unauthorized", "\(refused)")
            #expect(refused.head.contains(#"WWW-Authenticate: Bearer error="invalid_token""#))
            #expect(try await site.legwork("token", "revoke", id).code == 3)
            try site.open()
            // The end of the chunks says that nothing is missing.
            #expect(try await offPool { staying.read(until: "0\r\n\r\n") }.contains("done"))
            daemon.signal(SIGTERM)
            _ = try await daemon.end()
            let (_, next) = try await site.serveTCP()
            #expect(try await next.request("GET", "/v1/tasks", token: first).status == 401)
            #expect(try await next.request("GET", "/v1/tasks", token: second).status == 200)
        }
    }

    @Test("a token that has expired lets nobody in, and is listed as such")
    func expired() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let made = try await site.post("/v1/tokens", ["expires_in_ms": 1])
            #expect(made.status == 201)
            let token = made.json["token"]?.string ?? ""
            #expect(try await port.request("GET", "/v1/tasks", token: token).status == 401)
            #expect(try await site.legwork("token", "list").output.contains("expired"))
            let later = try await site.token("--expires", "1h", "--label", "for an hour")
            #expect(try await port.request("GET", "/v1/tasks", token: later).status == 200)
            #expect(try await site.legwork("token", "list").lines.contains { $0.contains("for an hour") && $0.contains("last used") })
        }
    }

    @Test("the token in the state folder's file may do everything, and is another one after it was revoked")
    func fileToken() async throws {
        try await Site.use { site in
            let (daemon, port) = try await site.serveTCP()
            let token = Files.text(site.state + "/token").trimmed
            #expect(try await port.request("GET", "/v1/tasks", token: token, headers: ["Legwork-Scope: operator"]).status == 200)
            #expect(try await port.request("GET", "/v1/tokens", token: token).json["tokens"]?[0]?["id"] == "file")
            // Who revokes the token that he uses is told so.
            let revoked = try await port.request("DELETE", "/v1/tokens/file", token: token)
            #expect(revoked.status == 200 && revoked.json["revoked"] == "file", "\(revoked)")
            #expect(try await port.request("GET", "/v1/tasks", token: token).status == 401)
            daemon.signal(SIGTERM)
            _ = try await daemon.end()
            let (_, next) = try await site.serveTCP()
            #expect(try await next.request("GET", "/v1/tasks", token: token).status == 401)
            #expect(try await next.request("GET", "/v1/tasks", token: Files.text(site.state + "/token").trimmed).status == 200)
        }
    }

    @Test("without a token there is nothing but a health that tells nothing private, and with a wrong one not even that")
    func anonymous() async throws {
        try await Site.use { site in
            let (_, port) = try await site.serveTCP()
            let health = try await port.request("GET", "/health", token: nil)
            // With a length, even one of zero, somebody may have a body in mind.
            #expect(health.status == 401, "\(health)")
            let plain = try await offPool {
                let connection = try Connection(port: port.number)
                connection.send(Array("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
                return try connection.reply()
            }
            #expect(plain.status == 200 && plain.json == ["status": "ok"], "\(plain)")
            let targets = [
                "/v1/stats", "/v1/tasks", "/v1/tools", "/v1/tokens", "/v1/call", "/v1/mcp", "/health/x", "/nowhere", "/%68ealth",
                "//health",
            ]
            for target in targets {
                for method in ["GET", "POST", "DELETE", "OPTIONS"] {
                    #expect(try await port.request(method, target, token: nil).status == 401, "\(method) \(target)")
                }
            }
            let reader = try await site.token("--rights", "read")
            let known = try await port.request("GET", "/health", token: reader).json
            #expect(known["version"] != nil && known["pid"] == nil && known["state_folder"] == nil)
            for wrong in ["", "x", "lw_", "lw__", "lw_0_0", reader + "0", String(reader.dropLast()), reader.uppercased()] {
                #expect(try await port.request("GET", "/health", token: wrong).status == 401, "\(wrong)")
            }
            let twice = ["Authorization: Bearer \(reader)"]
            #expect(try await port.request("GET", "/v1/tasks", token: reader, headers: twice).status == 401)
            let socket = try await site.get("/health").json
            #expect(socket["pid"] != nil && socket["state_folder"] == .string(site.state))
        }
    }

    @Test("no token is written down anywhere, and the book of them is for its user only")
    func secrecy() async throws {
        try await Site.use { site in
            let (daemon, port) = try await site.serveTCP()
            let token = try await site.token()
            for target in ["/v1/tasks", "/nowhere"] { _ = try await port.request("GET", target, token: token) }
            _ = try await port.request("GET", "/v1/tasks", token: token + "0")
            daemon.signal(SIGTERM)
            let view = try await daemon.end()
            let secret = String(token.split(separator: "_")[2])
            #expect(!view.error.contains(secret) && !view.output.contains(secret))
            for name in Files.names(in: site.state) {
                #expect(!Files.text("\(site.state)/\(name)").contains(secret), "\(name)")
            }
            #expect(Files.mode(site.state + "/tokens.json") == 0o600)
            #expect(!Files.exists(site.state + "/tokens.json.new"))
        }
    }

    @Test("a book that is damaged, or that others may read, is refused with what to do", arguments: ["damaged", "newer", "open"])
    func badBook(_ kind: String) async throws {
        try await Site.use { site in
            _ = try await site.token()
            try await site.legwork("stop")
            let path = site.state + "/tokens.json"
            switch kind {
            case "damaged": try Files.write(path, "{", at: 20)
            case "newer": try Files.write(path, #"{"version":2"#)
            default: chmod(path, 0o644)
            }
            let before = Files.read(path)
            let view = try await site.legwork("serve")
            #expect(view.code == 4 && view.error.contains("tokens.json"), "\(view)")
            #expect(view.error.contains(kind == "open" ? "chmod 600" : "revoke all"), "\(view)")
            #expect(Files.read(path) == before)
        }
    }

    @Test(
        "what makes no sense is refused with 2, and no token is made",
        arguments: [
            ["create", "--rights", "everything"], ["create", "--rights", ""], ["create", "--rights", "admin", "--owner", "ann"],
            ["create", "x"],
            ["create", "--expires", "0"], ["create", "--expires", "soon"], ["revoke"], ["show"],
        ]
    )
    func badWishes(_ words: [String]) async throws {
        try await Site.use { site in
            let view = try await site.start(["token"] + words).end()
            #expect(view.code == 2 && view.output.isEmpty, "\(view)")
            #expect(try await site.legwork("token", "list", "-q").lines == [])
        }
    }
}
