import Glibc
import LegworkCore
import Testing

@Suite("Listening to changes over MCP, since 2026-07-28")
struct ListeningToChanges {
    @Test("tells of a task and its output until the daemon stops, which is an answer")
    func listen() async throws {
        try await Site.use { site in
            let daemon = try await site.serve()
            let task = try await site.startGated()
            let output = "task://\(task)/output"
            let wishes: JSONValue = ["taskIds": [.string(task)], "resourceSubscriptions": [.string(output)]]
            let params: JSONObject = ["notifications": wishes]
            let visit = try await MCPVisitor(site).open(
                "POST",
                MCPVisitor.fields("subscriptions/listen", params),
                MCPVisitor.message("subscriptions/listen", MCPHost.modern(params))
            )
            var first = try await visit.events(2).map(\.json)
            // What it has written may be told of before it.
            if first[1]["method"] == "notifications/resources/updated" { first = try await visit.events(3).map(\.json) }
            #expect(first[0]["method"] == "notifications/subscriptions/acknowledged", "\(first)")
            #expect(first[0]["params"]?["notifications"] == ["resourceSubscriptions": [.string(output)], "taskIds": [.string(task)]])
            #expect(first.last?["method"] == "notifications/tasks" && first.last?["params"]?["status"] == "working", "\(first)")
            try site.open()
            #expect(try await site.legwork("wait", task).code == 0)
            daemon.signal(SIGTERM)
            let all = try await visit.allEvents().map(\.json)
            #expect(try await daemon.end().code == 0)
            #expect(all.contains { $0["method"] == "notifications/resources/updated" && $0["params"]?["uri"]?.string == output }, "\(all)")
            #expect(all.contains { $0["method"] == "notifications/tasks" && $0["params"]?["status"] == "completed" }, "\(all)")
            let key = "io.modelcontextprotocol/subscriptionId"
            let id = try #require(all.last?["id"])
            #expect(all.last?["result"]?["resultType"] == "complete", "\(all)")
            for message in all {
                let meta = message["params"]?["_meta"] ?? message["result"]?["_meta"]
                #expect(meta?[key] == id, "\(message)")
            }
        }
    }
}
