import LegworkCore
import Synchronization
import Testing

@Suite("The description of the HTTP interface")
struct DescribingTheInterface {
    @Test("is an OpenAPI document whose operations are all described, and whose schemas are schemas")
    func document() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let reply = try await site.get("/v1/openapi.json")
            #expect(reply.json["openapi"] == "3.1.0")
            let contract = Contract(reply.json)
            let all = contract.all
            #expect(contract.operations.count == all.count, "the names of operations are unique")
            for (method, path, operation) in all {
                let name = "\(method) \(path)"
                #expect(operation["summary"]?.string?.hasSuffix(".") == true, "\(name)")
                #expect(operation["tags"]?.array?.count == 1, "\(name)")
                #expect(operation["x-right"] != nil || operation["security"] == [], "\(name) says who may use it")
                let parameters = operation["parameters"]?.array ?? []
                for part in path.split(separator: "/") where part.hasPrefix("{") {
                    let isDescribed = parameters.contains {
                        $0["in"] == "path" && $0["name"] == .string(String(part.dropFirst().dropLast()))
                    }
                    #expect(isDescribed, "\(name) describes \(part)")
                }
                for parameter in parameters where parameter["$ref"] == nil {
                    #expect(parameter["description"]?.string?.isEmpty == false, "\(name): \(parameter.json())")
                }
                #expect(operation["responses"]?.object?.keys.contains { $0.hasPrefix("2") } == true, "\(name)")
                for (status, response) in (operation["responses"]?.object?.members ?? []).map({ ($0.key, $0.value) }) {
                    #expect(response["description"]?.string?.isEmpty == false, "\(name) \(status)")
                    for content in response["content"]?.object?.members ?? [] {
                        _ = try contract.checker(try #require(content.value["schema"], "\(name) \(status)"))
                    }
                }
            }
        }
    }

    @Test("fits what every operation answers")
    func everyOperation() async throws {
        try await Site.use { site in
            // A daemon with a channel: what it is told lands in a file.
            try Files.write(site.folder + "/channels.json", #"{"channels": {"chat": {"file": "\#(site.folder)/told.txt"}}}"#)
            _ = try await site.serve("--channels", site.folder + "/channels.json")
            let seen = Lock<Set<String>>([])
            @discardableResult
            func ask(_ method: String, _ target: String, _ body: JSONValue? = nil, _ headers: String..., is status: Int) async throws
                -> Reply
            {
                let bytes = body?.jsonBytes() ?? []
                let (reply, name) = try await site.describedReply(method, target, headers: headers, body: bytes)
                #expect(reply.status == status, "\(method) \(target): \(reply)")
                if let name { seen.withLock { _ = $0.insert(name) } }
                return reply
            }
            let everybody = "Legwork-Scope: operator"
            for path in ["/health", "/v1/version", "/v1/openapi.json", "/v1/stats", "/v1/counts", "/v1/tools", "/v1/tools/run_command"] {
                try await ask("GET", path, is: 200)
            }
            try await ask("GET", "/v1/stats", nil, everybody, is: 200)

            let echo: JSONValue = ["argv": ["echo", "hello"]]
            try await ask("POST", "/v1/call", ["tool": "run_command", "arguments": echo], is: 200)
            try await ask("POST", "/v1/tools/run_command/call", ["arguments": echo, "background": true, "name": "later"], is: 202)
            try await ask("POST", "/v1/tasks", ["tool": "run_command", "arguments": ["argv": ["false"]], "name": "no"], is: 202)
            try await ask("POST", "/v1/wait", ["tasks": ["later", "no"]], is: 200)
            try await ask("GET", "/v1/tasks?status=finished,running&name=later&limit=5", is: 200)
            try await ask("GET", "/v1/tasks/no", is: 200)
            try await ask("GET", "/v1/events?after=0&kind=completed,failed&limit=3", is: 200)
            for part in ["events", "wait", "output", "tool_calls", "artifacts", "tree", "redirects"] {
                try await ask("GET", "/v1/tasks/later/\(part)", is: 200)
            }
            try await ask("POST", "/v1/tasks/no/retry", [:], is: 202)
            try await ask("POST", "/v1/wait", ["tasks": ["no"]], is: 200)

            let running = try await site.startGated()
            let gate: JSONValue = ["gate": "custom", "command": "echo hi", "cwd": "/", "task_id": .string(running)]
            try await ask("POST", "/v1/tools/run_gate/call", ["arguments": gate], is: 200)
            let artifacts = try await ask("GET", "/v1/tasks/\(running)/artifacts", is: 200)
            let artifact = try #require(artifacts.json["artifacts"]?[0]?["name"]?.string)
            try await ask("GET", "/v1/tasks/\(running)/artifacts/\(artifact)", is: 200)
            try await ask("GET", "/v1/tasks/\(running)", is: 200)
            try await ask("POST", "/v1/tasks/\(running)/resume", [:], is: 202)
            try await ask("POST", "/v1/tasks/\(running)/answer", ["answers": ["q": 1]], is: 409)
            try await ask("POST", "/v1/tasks/\(running)/messages", ["message": "hello"], is: 409)
            try await ask("POST", "/v1/tasks/\(running)/redirects", ["channel": "none"], is: 409)
            for status in [201, 200] {
                try await ask("POST", "/v1/tasks/\(running)/redirects", ["channel": "chat", "max_chars": 50, "on": ["failed"]], is: status)
            }
            try await ask("GET", "/v1/tasks/\(running)", is: 200)
            let told = try await ask("POST", "/v1/tasks/later/redirects", [:], is: 409)
            #expect(told.errorDetail?.contains("'chat'") == true, "\(told)")
            let delivery = try await ask("POST", "/v1/tasks/later/redirects", ["channel": "chat"], is: 201)
            let name = try #require(delivery.json["delivery"]?["id"]?.string, "\(delivery)")
            try await ask("GET", "/v1/tasks/later/redirects", is: 200)
            try await ask("GET", "/v1/channels", is: 200)
            try await ask("POST", "/v1/channels/chat/test", [:], is: 200)
            try await ask("POST", "/v1/channels/reload", [:], is: 200)
            try await ask("GET", "/v1/deliveries/\(name)", is: 200)
            try await ask("GET", "/v1/deliveries/none", is: 404)
            try await ask("GET", "/v1/deliveries?task=later&channel=chat&state=pending,delivered&after=0&limit=5", is: 200)
            try await ask("POST", "/v1/deliveries/\(name)/replay", [:], is: 202)
            try await ask("POST", "/v1/deliveries/replay", ["channel": "chat"], is: 202)
            try await ask("DELETE", "/v1/deliveries/\(name)", is: 200)
            try await ask("DELETE", "/v1/deliveries?channel=chat", is: 200)
            try await ask("DELETE", "/v1/tasks/\(running)/redirects?number=1", is: 200)
            try await ask("GET", "/v1/answers/none", is: 404)
            try await ask("POST", "/v1/answers/none", is: 404)
            try await ask("POST", "/v1/inbound/chat", ["type": "task.cancel", "data": ["task": "x"]], is: 404)
            try await ask("POST", "/v1/tasks/\(running)/pin", [:], is: 200)
            try await ask("POST", "/v1/tasks/\(running)/unpin", [:], is: 200)
            try await ask("POST", "/v1/tasks/\(running)/cancel", [:], is: 200)
            try await ask("POST", "/v1/tasks/\(running)/cancel_tree", [:], is: 200)
            try await ask("POST", "/v1/cancel", [:], is: 200)
            try await ask("POST", "/v1/wait", ["tasks": [.string(running)]], is: 200)

            let notices = try await ask("GET", "/v1/notices?limit=10", is: 200)
            let last = notices.json["notices"]?.array?.last?["sequence"] ?? 1
            try await ask("POST", "/v1/notices/acknowledge", ["up_to": last], is: 200)
            try await ask("GET", "/v1/dead_letters", is: 200)
            try await ask("POST", "/v1/dead_letters/replay", ["numbers": [1]], is: 200)
            try await ask("POST", "/v1/dead_letters/clear", [:], is: 200)

            try await ask("GET", "/v1/queues", nil, everybody, is: 200)
            try await ask("GET", "/v1/queues/slow", nil, everybody, is: 200)
            try await ask("POST", "/v1/queues/slow", ["state": "paused"], everybody, is: 200)
            try await ask("GET", "/v1/queues", is: 403)
            try await ask("GET", "/metrics", nil, everybody, is: 200)

            let often: JSONValue = ["tool": "run_command", "arguments": echo, "every": "1h", "name": "often"]
            try await ask("POST", "/v1/schedules", often, is: 201)
            try await ask("GET", "/v1/schedules?status=active", is: 200)
            for verb in ["pause", "resume"] { try await ask("POST", "/v1/schedules/often/\(verb)", [:], is: 200) }
            try await ask("POST", "/v1/schedules/often/run", [:], is: 202)
            try await ask("GET", "/v1/schedules/often", is: 200)
            try await ask("DELETE", "/v1/schedules/often", is: 200)

            let token = try await ask("POST", "/v1/tokens", ["label": "test", "rights": ["read"]], is: 201)
            try await ask("GET", "/v1/tokens", is: 200)
            try await ask("DELETE", "/v1/tokens/\(token.json["record"]?["id"]?.string ?? "")", is: 200)

            try await ask("POST", "/v1/import", ["folder": .string(site.folder + "/nothing")], is: 400)
            _ = try await site.shell("mkdir -p old/tasks")
            try await ask("POST", "/v1/import", ["folder": .string(site.folder + "/old")], is: 200)
            try await ask("DELETE", "/v1/tasks/no", is: 200)
            try await ask("POST", "/v1/clear", [:], is: 200)

            let missing = try Contract.served(at: site.socket).operations.subtracting(seen.withLock { $0 })
            #expect(missing.isEmpty, "ask each of them here")
        }
    }
}
