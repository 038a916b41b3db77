import Glibc
import LegworkCore
import Testing

@Suite("Sharing a daemon with other users of the machine")
struct SharingWithUsers {
    /// Sends a request as another user.
    private func ask(_ user: Int, _ site: Site, _ target: String, _ more: String = "") async throws -> Reply {
        let line =
            "setpriv --reuid \(user) --regid \(user) --clear-groups curl -si \(more) --unix-socket \(site.folder)/shared/s http://legwork\(target)"
        let view = try await site.shell(line)
        guard view.code == 0 else { throw Failure("curl failed: \(view)") }
        return try Reply(Array(view.output.utf8))
    }

    @Test("each acts for the owner that he was given, and does what he may", .enabled(if: getuid() == 0))
    func users() async throws {
        try await Site.use { site in
            chmod(site.folder, 0o755)
            mkdir(site.folder + "/shared", 0o755)
            let daemon = try site.start(
                ["serve", "--detached", "--allow-uid", "12345=ann;12346=team/*:read", "--shared-socket", site.folder + "/shared/s"]
            )
            try await daemon.view { $0.output.contains("ready\n") }
            let call = #"-H 'Content-Type: application/json' -d '{"tool": "run_command", "arguments": {"argv": ["true"]}}'"#
            #expect(try await ask(12345, site, "/v1/tasks", call).status == 202)
            #expect(try await site.legwork("list", "-q", "--owner", "ann").lines.count == 1)
            let foreign = try await ask(12345, site, "/v1/tasks", "-H 'Legwork-Owner: bob'")
            #expect(foreign.status == 403 && foreign.text.contains("foreign_owner"), "\(foreign)")
            #expect(try await ask(12345, site, "/v1/tasks", "-H 'Legwork-Scope: operator'").status == 403)
            #expect(try await ask(12345, site, "/v1/tokens").status == 403)
            #expect(try await ask(12346, site, "/v1/tasks", "-H 'Legwork-Owner: team/a'").status == 200)
            #expect(try await ask(12346, site, "/v1/tasks", call + " -H 'Legwork-Owner: team/a'").status == 403)
            #expect(try await ask(12346, site, "/v1/mcp", "-d '{}' -H 'Legwork-Owner: team/a'").status == 403)
            #expect(try await ask(12347, site, "/health").status == 403)
            #expect(Files.mode(site.socket) == 0o600 && Files.mode(site.folder + "/shared/s") == 0o666)
        }
    }

    @Test(
        "what makes no sense is refused with 2",
        arguments: ["", "x", "1=", "=a", "-1=a", "1=a;1=b", "1=a:fly", "1=a:", "1=a:admin", "1=:read", "99999999999=a"]
    )
    func refused(_ users: String) async throws {
        try await Site.use { site in
            let view = try await site.legwork("serve", "--shared-socket", site.folder + "/s", "--allow-uid", users)
            #expect(view.code == 2 && view.error.contains("--allow-uid"), "\(view)")
        }
    }

    @Test("a socket without users, and users without a socket, are refused")
    func halves() async throws {
        try await Site.use { site in
            for options in [["--shared-socket", "/x"], ["--allow-uid", "1=a"]] {
                let view = try await site.start(["serve"] + options).end()
                #expect(view.code == 2 && view.error.contains("both"), "\(view)")
            }
        }
    }
}
