import Legwork
import LegworkCore
import LegworkDaemon
import LegworkTestKit
import Testing

@Suite("Queueing prompts")
struct QueueingPrompts {
    /// An agent that makes a call and then says what it was given.
    private func agent(_ name: String) -> ClosureTool {
        let schema: JSONValue = [
            "type": "object", "required": ["prompt"], "additionalProperties": false,
            "properties": [
                "prompt": ["type": "string"], "model": ["type": "string"], "cwd": ["type": "string"], "mode": ["enum": ["agent", "plan"]],
                "auto_approve": ["type": "boolean"],
            ],
        ]
        return ClosureTool(ToolDescriptor(name: name, description: "", inputSchema: schema)) { arguments, context in
            context.beginToolCall(id: "call_1", name: "shell", arguments: ["line": "ls"])
            context.endToolCall(id: "call_1", result: "a")
            return .text("\(name): \(arguments.json())")
        }
    }

    /// A daemon of this process with two agents.
    private func serve(_ site: Site, agentTool: String?, _ body: () async throws -> Void) async throws {
        var configuration = DaemonConfiguration(folder: StateFolder(path: site.state))
        configuration.agentTool = agentTool
        // The daemons that other tests leave would come to this process, and who waits for any child of it would see no other any more.
        configuration.adoptsOrphans = false
        let daemon = try await Daemon(configuration, log: DaemonLog())
        for name in ["first", "second"] { try daemon.manager.tools.register(agent(name)) }
        // Only its manager runs: the signals of this process are those of all tests.
        let run = Task { try await daemon.manager.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await daemon.manager.shutdown()
        try await run.value
        try result.get()
    }

    @Test("takes a prompt as clients of a queue of prompts send it, and shows the task in their words", arguments: [nil, "second"])
    func seed(agentTool: String?) async throws {
        try await Site.use { site in
            try await serve(site, agentTool: agentTool) {
                let body: JSONValue = [
                    "prompt": "Mend it\nnow", "model": "m", "workspace": "/tmp", "mode": "operate", "allow_shell": true,
                    "trust_mode": false,
                ]
                let made = try await site.post("/v1/tasks", body)
                #expect(made.status == 201, "\(made)")
                #expect(made.json["prompt"] == "Mend it\nnow")
                #expect(made.json["allow_shell"] == true)
                #expect(made.json["auto_approve"] == false)
                #expect(made.json["status"] == "queued")
                let id = try #require(made.json["id"]?.string)
                _ = try await site.post("/v1/wait", ["tasks": [.string(id)], "timeout_ms": 60_000])
                let shown = try await site.get("/v1/tasks/\(id)").json
                #expect(shown["status"] == "completed")
                let arguments = #"{"prompt":"Mend it\nnow","model":"m","cwd":"/tmp","mode":"agent","auto_approve":false}"#
                #expect(shown["result_summary"]?.string == "\(agentTool ?? "first"): \(arguments)")
                #expect(shown["task"]?["title"] == "Mend it")
                #expect(shown["tool_calls"]?[0]?["status"] == "success")
                #expect(
                    shown["timeline"]?.array?.map { $0["kind"]?.string } == [
                        "queued", "running", "tool_started", "tool_completed", "finished",
                    ]
                )
                let list = try await site.get("/v1/tasks").json
                #expect(list["tasks"]?[0]?["id"]?.string == id)
                #expect(list["counts"]?["completed"] == 1)
            }
        }
    }

    @Test("has told where the client says what becomes of a prompt")
    func redirected() async throws {
        try await Site.use { site in
            let file = site.folder + "/told.txt"
            try StateFolder(path: site.state).create()
            try Files.write(site.state + "/channels.json", JSONValue.object(["channels": ["log": ["file": .string(file)]]]).json())
            try await serve(site, agentTool: nil) {
                let made = try await site.post("/v1/tasks", ["prompt": "Mend it", "redirects": [["channel": "log", "on": ["completed"]]]])
                #expect(made.status == 201 && made.json["task"]?["redirects"]?[0]?["channel"] == "log", "\(made)")
                _ = try await site.deliveries { $0.count == 1 && $0[0]["state"] == "delivered" }
                #expect(Files.text(file).contains("first: "))
                let refused = try await site.post("/v1/tasks", ["prompt": "Mend it", "redirects": [["channel": "none"]]])
                #expect(refused.errorCode == "no_channel", "\(refused)")
            }
        }
    }

    @Test("refuses a prompt for an agent that is not there, and takes calls of tools as before")
    func missing() async throws {
        try await Site.use { site in
            try await serve(site, agentTool: "third") {
                let refused = try await site.post("/v1/tasks", ["prompt": "x"])
                #expect(refused.status == 409 && refused.errorCode == "no_agent", "\(refused)")
                #expect(refused.errorDetail?.contains("'third'") == true)
                let call = try await site.post("/v1/tasks", ["tool": "first", "arguments": ["prompt": "x"]])
                #expect(call.status == 202, "\(call)")
                #expect(call.json["task"]?["tool"] == "first")
            }
        }
    }
}
