import LegworkCore
import Testing

@Suite("Reading over HTTP")
struct ReadingOverHTTP {
    /// A finished task whose output is `0123456789` and a line break.
    private func ten(_ site: Site) async throws {
        let body: JSONValue = ["tool": "run_command", "arguments": ["argv": ["echo", "0123456789"]], "name": "ten"]
        _ = try await site.post("/v1/tasks", body)
        #expect(try await site.post("/v1/wait", ["tasks": ["ten"]]).json["settled"]?[0]?["status"] == "completed")
    }

    @Test("ranges of output are as RFC 9110 has them")
    func ranges() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            try await ten(site)
            let cases: [(range: String, status: Int, content: String?, text: String)] = [
                ("bytes=0-3", 206, "bytes 0-3/11", "0123"),
                ("bytes=3-3", 206, "bytes 3-3/11", "3"),
                ("bytes=8-", 206, "bytes 8-10/11", "89\n"),
                ("bytes=8-99", 206, "bytes 8-10/11", "89\n"),
                ("bytes=-3", 206, "bytes 8-10/11", "89\n"),
                ("bytes=-99", 206, "bytes 0-10/11", "0123456789\n"),
                ("BYTES=0-0", 206, "bytes 0-0/11", "0"),
                // What is no range, and more than one, is passed over.
                ("bytes=4-3", 200, nil, "0123456789\n"),
                ("bytes=0-1,3-4", 200, nil, "0123456789\n"),
                ("bytes=x-1", 200, nil, "0123456789\n"),
                ("bytes=+1-2", 200, nil, "0123456789\n"),
                ("bytes=-", 200, nil, "0123456789\n"),
                ("lines=0-1", 200, nil, "0123456789\n"),
            ]
            for test in cases {
                let reply = try await site.http("GET", "/v1/tasks/ten/output", headers: ["Range: \(test.range)"])
                #expect(reply.status == test.status && reply.text == test.text, "\(test.range): \(reply)")
                #expect(reply.head.contains("Accept-Ranges: bytes"), "\(reply)")
                #expect(test.content.map { reply.head.contains("Content-Range: \($0)\r\n") } ?? !reply.head.contains("Content-Range"))
            }
            for range in ["bytes=11-", "bytes=11-20", "bytes=-0", "bytes=999999999999999999-"] {
                let reply = try await site.http("GET", "/v1/tasks/ten/output", headers: ["Range: \(range)"])
                #expect(reply.status == 416 && reply.errorCode == "range_not_satisfiable", "\(range): \(reply)")
                #expect(reply.head.contains("Content-Range: bytes */11"), "\(reply)")
            }
            let asked = try await site.http("GET", "/v1/tasks/ten/output?offset=1", headers: ["Range: bytes=0-0"])
            #expect(asked.status == 200 && asked.text == "123456789\n")
            let dated = try await site.http("GET", "/v1/tasks/ten/output", headers: ["Range: bytes=0-0", "If-Range: \"x\""])
            #expect(dated.status == 200 && dated.text == "0123456789\n")
        }
    }

    @Test("a range may be longer than what is read at once")
    func longRange() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let line = "head -c 3000000 /dev/zero"
            let body: JSONValue = ["tool": "run_command", "arguments": ["shell": .string(line)], "name": "long", "background": true]
            _ = try await site.post("/v1/call", body)
            #expect(try await site.post("/v1/wait", ["tasks": ["long"]]).json["settled"]?[0]?["status"] == "completed")
            let reply = try await site.http("GET", "/v1/tasks/long/output", headers: ["Range: bytes=10-2500009"])
            #expect(reply.status == 206 && reply.body == [UInt8](repeating: 0, count: 2_500_000))
            #expect(try await site.get("/v1/tasks/long/output").body.count == 1 << 20)
        }
    }

    @Test("a task that has not changed since is not sent again, and one that has is not cancelled by mistake")
    func tags() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let id = try await site.startGated()
            func tag(_ path: String) async throws -> String {
                let reply = try await site.get(path)
                let line = try #require(reply.head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }, "\(reply)")
                return String(line.dropFirst(6))
            }
            for path in ["/v1/openapi.json", "/v1/tools", "/v1/tools/run_command", "/v1/tasks/\(id)"] {
                let known = try await tag(path)
                for field in [known, "W/\(known)", "\"x\", \(known)", "*"] {
                    let reply = try await site.http("GET", path, headers: ["If-None-Match: \(field)"])
                    #expect(reply.status == 304 && reply.body.isEmpty, "\(path) \(field): \(reply)")
                    #expect(reply.head.contains("ETag: \(known)"), "\(reply)")
                }
                #expect(try await site.http("GET", path, headers: ["If-None-Match: \"x\""]).status == 200)
            }
            let first = try await tag("/v1/tasks/\(id)")
            #expect(try await site.post("/v1/tasks/\(id)/pin", [:]).status == 200)
            #expect(try await site.http("GET", "/v1/tasks/\(id)", headers: ["If-None-Match: \(first)"]).status == 200)
            let late = try await site.http("POST", "/v1/tasks/\(id)/cancel", headers: ["If-Match: \(first)"])
            #expect(late.status == 412 && late.errorCode == "precondition_failed", "\(late)")
            #expect(try await site.status(id) == "running")
            let second = try await tag("/v1/tasks/\(id)")
            #expect(try await site.http("POST", "/v1/tasks/\(id)/cancel", headers: ["If-Match: \(second)"]).status == 200)
        }
    }

    @Test("HEAD answers as GET does without a body, OPTIONS says what a path knows, and TRACE is not among it")
    func methods() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            try await ten(site)
            for path in ["/health", "/v1/tasks", "/v1/tasks/ten/output", "/v1/openapi.json", "/v1/tasks/ten/output?follow=1"] {
                let (whole, head) = (try await site.get(path), try await site.http("HEAD", path))
                #expect(head.status == 200 && head.body.isEmpty, "\(path): \(head)")
                if !path.hasSuffix("follow=1") { #expect(head.head.contains("Content-Length: \(whole.body.count)"), "\(path): \(head)") }
            }
            let missing = try await site.http("HEAD", "/v1/tasks/task_none")
            #expect(missing.status == 404 && missing.body.isEmpty)
            let options = try await site.http("OPTIONS", "/v1/tasks/ten")
            #expect(options.status == 204 && options.head.contains("Allow: DELETE, GET, HEAD, OPTIONS"), "\(options)")
            for method in ["TRACE", "PUT", "PATCH"] {
                #expect(try await site.http(method, "/v1/tasks/ten").status == 405, "\(method)")
            }
        }
    }

    @Test("a list is narrowed by name, run, the beginning of an id and time")
    func filters() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            var ids: [String] = []
            for (name, run) in [("a", "r1"), ("b", "r1"), ("c", "r2")] {
                let body: JSONValue = [
                    "tool": "run_command", "arguments": ["argv": ["true"]], "name": .string(name), "lineage": ["run": .string(run)],
                ]
                let made = try await site.post("/v1/tasks", body).json["task"]
                ids.append(try #require(made?["id"]?.string))
            }
            func list(_ query: String) async throws -> [String] {
                try await site.get("/v1/tasks?\(query)").json["tasks"]?.array?.compactMap { $0["name"]?.string } ?? []
            }
            #expect(try await list("") == ["c", "b", "a"])
            #expect(try await list("name=b") == ["b"])
            #expect(try await list("name=d") == [])
            #expect(try await list("run=r1") == ["b", "a"])
            #expect(try await list("run=r1&name=a") == ["a"])
            #expect(try await list("id=\(ids[1].dropLast(3))") == ["b"])
            #expect(try await list("id=\(ids[1])&run=r2") == [])
            #expect(try await list("created_since=2020-01-01T00:00:00.000Z&created_before=2100-01-01T00:00:00.000Z") == ["c", "b", "a"])
            #expect(try await list("created_before=2020-01-01T00:00:00.000Z") == [])
            #expect(try await list("created_since=2100-01-01T00:00:00.000Z") == [])
        }
    }

    @Test("problems name the members that do not fit by JSON pointers, and the tasks that a reference fits")
    func problems() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let body = try await site.post("/v1/call", ["tool": "run_command", "window_ms": -1, "lineage": ["a/b": 1]])
            let pointers = body.json["violations"]?.array?.compactMap { $0["pointer"]?.string } ?? []
            #expect(Set(pointers) == ["/window_ms", "/lineage/a~1b"], "\(body)")
            let arguments = try await site.post("/v1/call", ["tool": "run_command", "arguments": ["argv": [1]]])
            #expect(arguments.json["violations"]?[0]?["pointer"] == "/arguments/argv/0", "\(arguments)")
            for owner in ["a", "b"] {
                let task: JSONValue = ["tool": "run_command", "arguments": ["argv": ["cat"]], "name": "same", "delay_ms": 600_000]
                _ = try await site.http("POST", "/v1/tasks", headers: ["Legwork-Owner: \(owner)"], body: task.jsonBytes())
            }
            let both = try await site.http("GET", "/v1/tasks/same", headers: ["Legwork-Scope: operator"])
            #expect(both.status == 409 && both.errorCode == "ambiguous" && both.json["matches"]?.array?.count == 2, "\(both)")
        }
    }
}
