import LegworkEventLoop
import LegworkHTTP
import Testing

@Suite("Routing", .timeLimit(.minutes(5)))
struct Routing {
    private static let router = HTTPRouter { routes in
        func answer(_ name: String) -> HTTPRouter.Action {
            { _, parameters, writer in
                let values = ["id", "sub", "rest"].compactMap { key in parameters[key].map { "\(key)=\($0)" } }
                await writer.send(status: 200, body: utf8(([name] + values).joined(separator: " ")))
            }
        }
        routes.on("GET", "/", answer("root"))
        routes.on("GET", "/tasks", answer("list"))
        routes.on("POST", "/tasks", answer("create"))
        routes.on("GET", "/tasks/{id}", answer("show"))
        routes.on("GET", "/tasks/counts", answer("counts"))
        routes.on("GET", "/tasks/{id}/parts/{sub}", answer("part"))
        routes.on("DELETE", "/tasks/{id}", answer("delete"))
        routes.on("GET", "/files/{rest...}", answer("file"))
    }

    @Test(
        "finds the handler by method and path",
        arguments: [
            ("GET", "/", 200, "root"),
            ("GET", "/tasks", 200, "list"),
            ("GET", "/tasks?x=/y", 200, "list"),
            ("POST", "/tasks", 200, "create"),
            ("GET", "/tasks/counts", 200, "counts"),
            ("GET", "/tasks/a%2Fb%20c", 200, "show id=a/b c"),
            ("GET", "/tasks/counts/parts/7", 200, "part id=counts sub=7"),
            ("GET", "/files/a/b.txt", 200, "file rest=a/b.txt"),
            ("GET", "/files", 200, "file rest="),
            ("GET", "/tasks/", 404, "not_found"),
            ("GET", "/tasks//parts/1", 404, "not_found"),
            ("GET", "/tasks/../files/x", 404, "not_found"),
            ("GET", "/other", 404, "not_found"),
            ("PATCH", "/tasks/1", 405, "method_not_allowed"),
        ]
    )
    func routes(method: String, target: String, status: Int, text: String) async throws {
        let router = Self.router
        try await TestServer.run { request, writer in
            try await router.respond(to: request, writer: writer)
        } body: { test in
            var request = test.request(method, target)
            // libcurl would tidy the path up.
            if target.contains("..") { request.headers["X-Raw"] = "1" }
            let raw = try test.raw()
            raw.send("\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = await raw.readToEnd()
            raw.close()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains(text))
            if status == 200 { #expect(answer.hasSuffix("\r\n" + text)) }
            if status == 405 { #expect(answer.contains("\r\nAllow: DELETE, GET, HEAD, OPTIONS\r\n")) }
        }
    }

    @Test("serves HEAD by GET and tells the methods to OPTIONS")
    func headAndOptions() async throws {
        let router = Self.router
        try await TestServer.run { request, writer in
            try await router.respond(to: request, writer: writer)
        } body: { test in
            let head = try await test.client.send(test.request("HEAD", "/tasks"))
            #expect(head.status == 200 && head.headers["Content-Length"] == "4")
            let options = try await test.client.send(test.request("OPTIONS", "/tasks"))
            #expect(options.status == 204 && options.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        }
    }
}
