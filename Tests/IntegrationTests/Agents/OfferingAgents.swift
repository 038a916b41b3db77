import Glibc
import LegworkCore
import LegworkTestKit
import Testing

@Suite("Agents of a daemon")
struct OfferingAgents {
    private static let key = "sk-secret-of-the-test-0123456789"

    private func configure(_ site: Site, _ agents: [JSONValue]) async throws {
        #expect(try await site.shell("mkdir -p state && chmod 700 state").code == 0)
        try Files.write(site.state + "/agents.json", JSONValue.object(["agents": .array(agents)]).json())
    }

    private func chat(_ site: Site, _ endpoint: ChatEndpoint, _ granted: JSONValue) throws -> JSONValue {
        try Files.write(site.folder + "/key", Self.key)
        return [
            "kind": "chat", "name": "helper", "base_url": .string(endpoint.url), "model": "m", "granted": granted,
            "key": ["file": .string(site.folder + "/key")],
        ]
    }

    @Test("are not there without a configuration")
    func none() async throws {
        try await Site.use { site in
            let view = try await site.legwork("call", "claude_code", #"{"prompt": "p"}"#)
            #expect(view.code == 2, "\(view)")
        }
    }

    @Test("call the daemon's tools as children of their task, and their key is written down nowhere")
    func chatAgent() async throws {
        try await ChatEndpoint.use([
            ChatEndpoint.call("run_command", ["argv": ["echo", "from the tool"]]), ChatEndpoint.text("The tool spoke."),
        ]) { endpoint in
            try await Site.use { site in
                try await configure(site, [chat(site, endpoint, ["run_command"])])
                let view = try await site.legwork("call", "helper", #"{"prompt": "Let the tool speak."}"#)
                #expect(view.code == 0, "\(view)")
                #expect(view.output == "The tool spoke.\n")
                #expect(endpoint.keys == ["Bearer \(Self.key)"])
                let told = endpoint.requests.last?["messages"]?.array?.last
                #expect(told?["content"]?.string?.contains("from the tool") == true)

                let tasks = try await site.json("list")["tasks"]?.array ?? []
                let agent = try #require(tasks.first { $0["tool"] == "helper" })
                let child = try #require(tasks.first { $0["tool"] == "run_command" })
                let id = try #require(agent["id"]?.string)
                let childID = try #require(child["id"]?.string)
                let family = try await site.json("show", childID)
                #expect("\(family)".contains(id), "\(family)")
                let shown = try await site.json("show", id)
                #expect("\(shown)".contains("\"kind\":\"tool_call\""))
                let found = try await site.shell("grep -rl '\(Self.key)' state; true")
                #expect(found.output == "", "\(found)")
            }
        }
    }

    @Test("go on after their daemon was killed, and neither ask nor act twice")
    func killed() async throws {
        try await ChatEndpoint.use([ChatEndpoint.call("run_command", ["shell": "echo once >> \"$HOME/acts\""])]) { endpoint in
            try await Site.use { site in
                try await configure(site, [chat(site, endpoint, ["*"])])
                let daemon = try await site.serve()
                let task = try await site.legwork("call", "--background", "helper", #"{"prompt": "Act once."}"#).output.trimmed
                // The call is done, and the model is asked what to do next.
                await endpoint.hangs.wait()
                try await daemon.killNow()
                endpoint.add(ChatEndpoint.text("Acted."))
                _ = try await site.serve()
                #expect(try await site.legwork("wait", task).code == 0)
                let record = try await site.json("show", task)["task"]
                #expect(record?["status"] == "completed", "\(record?.json() ?? "nothing")")
                #expect(Files.text(site.folder + "/acts") == "once\n")
                #expect(endpoint.requests.count == 3)
                #expect(endpoint.requests[2]["messages"]?.array?.last?["role"] == "tool")
            }
        }
    }

    @Test("are told that a call may have happened whose daemon ended in the middle of it", arguments: [SIGKILL, SIGTERM])
    func endedWithinACall(signal: Int32) async throws {
        let line = "echo once >> \"$HOME/acts\"; echo up > \"$HOME/up\"; exec sleep 3600"
        try await ChatEndpoint.use([ChatEndpoint.call("run_command", ["shell": .string(line)]), ChatEndpoint.text("I see.")]) { endpoint in
            try await Site.use { site in
                try await configure(site, [chat(site, endpoint, ["*"])])
                try site.pipes.make("up")
                let daemon = try await site.serve()
                let task = try await site.legwork("call", "--background", "helper", #"{"prompt": "Act."}"#).output.trimmed
                try await site.pipes.hear("up")
                if signal == SIGKILL {
                    try await daemon.killNow()
                } else {
                    kill(daemon.pid, signal)
                    _ = try await daemon.end()
                }
                _ = try await site.serve()
                #expect(try await site.legwork("wait", task).code == 0)
                #expect(Files.text(site.folder + "/acts") == "once\n")
                let told = endpoint.requests.last?["messages"]?.array?.last?["content"]?.string ?? ""
                // A daemon that shuts down ends its commands in order, and then it is known what became of them.
                #expect(told.contains(signal == SIGKILL ? "unknown outcome" : "was cancelled"), "\(told)")
            }
        }
    }

    @Test(
        "wait after their daemon has ended for the agents that they had called, and call none a second time",
        arguments: [SIGKILL, SIGTERM]
    )
    func endedWithAnAgentOfAnAgent(signal: Int32) async throws {
        try await ChatEndpoint.use([ChatEndpoint.call("inner", ["prompt": "Do the half of it."])]) { endpoint in
            try await Site.use { site in
                let agents = try ["outer", "inner"].map { name in
                    var agent = try chat(site, endpoint, ["*"]).object ?? [:]
                    agent["name"] = .string(name)
                    return JSONValue.object(agent)
                }
                try await configure(site, agents)
                let daemon = try await site.serve()
                let task = try await site.legwork("call", "--background", "outer", #"{"prompt": "Do it."}"#).output.trimmed
                // The inner one has asked its model.
                await endpoint.hangs.wait()
                if signal == SIGKILL {
                    try await daemon.killNow()
                } else {
                    kill(daemon.pid, signal)
                    _ = try await daemon.end()
                }
                for text in ["The half is done.", "All is done.", "Too much.", "Too much."] { endpoint.add(ChatEndpoint.text(text)) }
                _ = try await site.serve()
                #expect(try await site.legwork("wait", task).code == 0)
                let record = try await site.json("show", task)["task"]
                #expect(record?["result"]?["content"]?[0]?["text"] == "All is done.", "\(record?.json() ?? "nothing")")
                #expect(endpoint.requests.count == 4)
                #expect(endpoint.requests.last?["messages"]?.array?.last?["content"] == "The half is done.")
                let tasks = try await site.json("list")["tasks"]?.array ?? []
                #expect(tasks.count { $0["tool"] == "inner" } == 1)
            }
        }
    }

    @Test("may be programs on the machine")
    func program() async throws {
        try await Site.use { site in
            let script = """
                #!/bin/sh
                cat > "$HOME/prompt"
                echo '{"type":"system","subtype":"init","session_id":"s1","model":"m"}'
                echo '{"type":"result","subtype":"success","is_error":false,"result":"Hello.","session_id":"s1","total_cost_usd":0.5}'
                """
            try Files.write(site.folder + "/claude", script)
            #expect(try await site.shell("chmod +x claude").code == 0)
            try await configure(site, [["kind": "claude_code", "argv": [.string(site.folder + "/claude")]]])
            let view = try await site.legwork("call", "claude_code", #"{"prompt": "Say hello."}"#)
            #expect(view.output == "Hello.\n", "\(view)")
            #expect(Files.text(site.folder + "/prompt") == "Say hello.")
            let refused = try await site.legwork("call", "claude_code", #"{"prompt": "p", "auto_approve": true}"#)
            #expect(refused.code == 2 && refused.error.contains("not granted"), "\(refused)")
        }
    }

    @Test("with a mistake in their configuration keep the daemon from starting, which says where it is")
    func mistake() async throws {
        try await Site.use { site in
            try Files.write(site.folder + "/a.json", #"{"agents": [{"kind": "claude_code", "max_permision": "edit"}]}"#)
            let view = try await site.legwork("serve", "--agents", site.folder + "/a.json")
            #expect(view.code != 0)
            #expect(view.error.contains("a.json") && view.error.contains("did you mean 'max_permission'?"), "\(view)")
            let missing = try await site.legwork("serve", "--agents", site.folder + "/none.json")
            #expect(missing.code != 0 && missing.error.contains("cannot be read"), "\(missing)")
        }
    }
}
