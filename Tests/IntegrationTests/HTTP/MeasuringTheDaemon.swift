import Legwork
import LegworkCore
import Testing

@testable import LegworkDaemon

@Suite("Figures for Prometheus")
struct MeasuringTheDaemon {
    @Test("are written as its text format has it: escaped, each name once, buckets that add up")
    func format() {
        var text = MetricsText()
        text.add("one", .gauge, "A \\ and\na line.", 1.5)
        text.add(
            "two_total",
            .counter,
            "Told apart.",
            [.init(["a": "x\"y\\z\n", "b": ""], 2), .init(["a": "ä", "b": "c"], .infinity), .init(["a": "", "b": ""], .nan)]
        )
        text.add("none", .gauge, "Not there.", [])
        var histogram = DurationHistogram()
        for milliseconds in [1, 2, 40, 7_200_000] { histogram.record(.milliseconds(milliseconds)) }
        text.add("three", "Times.", [.init(["k": "v"], histogram)])
        let lines = text.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            lines.prefix(7) == [
                #"# HELP one A \\ and\na line."#, "# TYPE one gauge", "one 1.5", "# HELP two_total Told apart.", "# TYPE two_total counter",
                #"two_total{a="x\"y\\z\n",b=""} 2"#, #"two_total{a="ä",b="c"} +Inf"#,
            ]
        )
        #expect(lines[7] == #"two_total{a="",b=""} NaN"#)
        #expect(!text.text.contains("none"))
        #expect(lines.contains(#"three_bucket{k="v",le="0.001"} 1"#))
        #expect(lines.contains(#"three_bucket{k="v",le="0.0025"} 2"#))
        #expect(lines.contains(#"three_bucket{k="v",le="0.05"} 3"#))
        #expect(lines.contains(#"three_bucket{k="v",le="3600"} 3"#))
        #expect(lines.contains(#"three_bucket{k="v",le="+Inf"} 4"#))
        #expect(lines.contains(#"three_sum{k="v"} 7200.043"#))
        #expect(lines.suffix(2) == [#"three_count{k="v"} 4"#, ""])
    }

    @Test("are for an operator, and tell of tasks, calls, requests and the process")
    func served() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            let call: JSONValue = ["tool": "run_command", "arguments": ["argv": ["true"]]]
            for _ in 0..<3 { #expect(try await site.post("/v1/call", call).status == 200) }
            #expect(try await site.post("/v1/call", ["tool": "nothing"]).status == 404)
            #expect(try await site.get("/nowhere").status == 404)
            #expect(try await site.get("/metrics").errorCode == "operator_only")
            let reply = try await site.http("GET", "/metrics", headers: ["Legwork-Scope: operator"])
            #expect(reply.head.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"), "\(reply)")
            let lines = reply.text.split(separator: "\n").map(String.init)
            for line in [
                #"legwork_tasks{status="completed"} 3"#, #"legwork_calls_total{outcome="finished"} 3"#,
                #"legwork_calls_total{outcome="promoted"} 0"#, #"legwork_attempt_duration_seconds_count{status="completed"} 3"#,
                #"legwork_http_requests_total{route="/v1/call",method="POST",status="200"} 3"#,
                #"legwork_http_requests_total{route="/v1/call",method="POST",status="404"} 1"#,
                #"legwork_http_requests_total{route="none",method="GET",status="404"} 1"#,
                #"legwork_http_requests_total{route="/metrics",method="GET",status="403"} 1"#,
                #"legwork_http_request_duration_seconds_count{route="/v1/call"} 4"#, #"legwork_http_connections{transport="tcp"} 0"#,
                "legwork_http_requests_in_flight 1", "legwork_http_streams 0", "legwork_attempts_executing 0",
            ] {
                #expect(lines.contains(line), "\(line) in\n\(reply.text)")
            }
            for name in ["process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"] {
                let value = lines.first { $0.hasPrefix(name + " ") }.flatMap { Double($0.split(separator: " ")[1]) } ?? 0
                #expect(value > 1, "\(name)")
            }
            // Every sample's name has been introduced, once.
            let names = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
            #expect(Set(names).count == names.count)
        }
    }
}
