import LegworkCore
import Testing

@Suite("Evidence of an agent's work")
struct EvidenceTests {
    private let now = Timestamp(milliseconds: 1_750_000_000_000)

    // MARK: - Checklists

    @Test("a checklist has one item in progress, whoever sets it")
    func oneInProgress() throws {
        var list = Checklist(at: now)
        try list.write([("a", .inProgress), ("b", .inProgress), ("c", .pending)], at: now)
        #expect(list.items.map(\.status) == [.pending, .inProgress, .pending])
        try list.update(3, to: .inProgress, at: now)
        #expect(list.inProgress == 3)
        #expect(list.items.map(\.status) == [.pending, .pending, .inProgress])
        try list.update(3, to: .completed, at: now)
        #expect(list.inProgress == nil)
        #expect(try list.add("d", .inProgress, at: now) == 4)
        #expect(list.inProgress == 4)
    }

    @Test(
        "a checklist's percentage is rounded, and 0 when it is empty",
        arguments: [(0, 0, 0), (1, 3, 33), (2, 3, 67), (1, 8, 13), (3, 3, 100)]
    )
    func percentage(completed: Int, count: Int, expected: Int) throws {
        var list = Checklist(at: now)
        for number in 0..<count { try list.add("\(number)", number < completed ? .completed : .pending, at: now) }
        #expect(list.completionPercentage == expected)
        #expect(list.json["completion_pct"] == JSONValue(expected))
    }

    @Test("a checklist refuses what makes no sense, and is then unchanged")
    func checklistRefusals() throws {
        var list = Checklist(at: now)
        try list.add("a", at: now)
        let before = list
        #expect(throws: ToolError.self) { try list.add(" \n", at: now) }
        #expect(throws: ToolError.self) { try list.add(String(repeating: "x", count: 1001), at: now) }
        #expect(throws: ToolError.self) { try list.update(2, to: .completed, at: now) }
        #expect(throws: ToolError.self) { try list.write([("b", .pending), ("", .pending)], at: now) }
        #expect(throws: ToolError.self) { try list.write((0...200).map { ("\($0)", .pending) }, at: now) }
        #expect(list == before)
    }

    @Test("a checklist is read back as it was written, with the words of other systems")
    func checklistJSON() throws {
        var list = Checklist(at: now)
        try list.write([("a", .completed), ("b", .inProgress)], at: now)
        #expect(Checklist(json: list.json) == list)
        let other: JSONValue = [
            "items": [["id": 1, "content": "a", "status": "done"], ["id": 1, "content": "b", "status": "inprogress"], 7]
        ]
        let read = try #require(Checklist(json: other))
        #expect(read.items.map(\.id) == [1, 2])
        #expect(read.items.map(\.status) == [.completed, .inProgress])
    }

    // MARK: - Gates

    @Test(
        "a failed gate is judged by whole words and lines, never by pieces of words",
        arguments: [
            ("test", 101, "error: test failed, see the report; import supported on all transports", GateClassification.test),
            ("custom", 1, "the report of the support portal was exported", .environment),
            ("custom", 1, "listen tcp :8080: bind: Address already in use", .portBinding),
            ("test", 1, "Error: listen EADDRINUSE: address 127.0.0.1:80", .portBinding),
            ("custom", 1, "neaddrinused", .environment),
            ("clippy", 101, "error: could not compile `x` (lib) due to 2 previous errors", .lint),
            ("fmt", 1, "Diff in src/lib.rs", .lint),
            ("test", 101, "error: could not compile `x`", .compile),
            ("check", 1, "/a/b.swift:3:7: error: cannot find 'x' in scope", .compile),
            ("custom", 1, "main.c:12: fatal error: x.h: No such file", .compile),
            ("custom", 1, "warning: unused variable", .lint),
            ("custom", 1, "one\r\n\twarning: unused variable\r\n", .lint),
            ("custom", 1, "a.c:1: warning: x\nsee error: no", .environment),
            ("custom", 1, "it says warning: nothing", .environment),
            ("custom", 1, "running 3 tests\ntest result: FAILED. 1 passed", .test),
            ("custom", 1, "the test result: failed they said", .environment),
            ("test", 127, "sh: cargo: not found", .environment),
            ("test", 126, "sh: ./test: Permission denied", .environment),
        ]
    )
    func classification(gate: String, code: Int, output: String, expected: GateClassification) {
        #expect(GateClassification(gate: gate, status: .failed, exitCode: code, output: output) == expected)
    }

    @Test("a gate that passed, took too long or was cancelled is that, whatever it wrote")
    func endings() {
        for (status, expected) in [(Gate.Status.passed, GateClassification.passed), (.timeout, .timeout), (.cancelled, .cancelled)] {
            #expect(GateClassification(gate: "test", status: status, exitCode: 0, output: "address already in use") == expected)
        }
    }

    // MARK: - Texts

    @Test("a summary is cut only when it is longer than its limit, and says so")
    func summary() {
        for count in [237, 238, 239, 240] {
            let text = String(repeating: "x", count: count)
            #expect(EvidenceText.summary(text) == text)
            #expect(EvidenceText.ending(text, limit: 240) == text)
        }
        #expect(EvidenceText.summary(String(repeating: "x", count: 241)) == String(repeating: "x", count: 237) + "...")
        #expect(EvidenceText.ending("0123456789", limit: 6) == "...789")
        #expect(EvidenceText.summary("a\u{1B}[1mb\u{0}\n\tc\r") == "a[1mb\n\tc")
    }

    @Test("a summary is short in bytes too, though one character can be made of a million marks")
    func marks() {
        let marks = "a" + String(repeating: "\u{301}", count: 1_000_000)
        for text in [EvidenceText.summary(marks), EvidenceText.ending(marks)] { #expect(text.utf8.count < 20_000) }
        #expect(EvidenceText.summary(marks).hasSuffix("..."))
        #expect(EvidenceText.ending(marks).utf8.starts(with: "...".utf8))
        let families = String(repeating: "👨‍👩‍👧‍👦", count: 240)
        #expect(EvidenceText.summary(families) == families)
    }

    @Test("a gate's folder and classification are short, wherever they come from")
    func shortGate() throws {
        var json = try #require(gate("g").json.object)
        json["cwd"] = .string(String(repeating: "/x", count: 100_000))
        json["classification"] = .string(String(repeating: "x", count: 100_000))
        let read = try #require(Gate(json: .object(json)))
        #expect(read.directory.utf8.count <= 4096)
        #expect(read.classification.utf8.count <= 100)
    }

    @Test(
        "a name of an artifact is one component of a path",
        arguments: ["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a b", "ä", "a\u{0}", String(repeating: "a", count: 129), "%2e%2e"]
    )
    func badName(text: String) {
        #expect(ArtifactName(text) == nil)
        let made = ArtifactName(label: text, ending: "txt")
        #expect(ArtifactName(made.text) == made)
    }

    @Test("a label becomes a name that keeps its ending")
    func labels() {
        #expect(ArtifactName(label: "report.md", ending: "txt").text == "report.md")
        #expect(ArtifactName(label: "../../etc/passwd", ending: "txt").text == "______etc_passwd.txt")
        #expect(ArtifactName(label: "", ending: "txt").text == "artifact.txt")
        #expect(ArtifactName(label: "gate test", distinction: "abc", ending: "log").text == "gate_test-abc.log")
    }

    @Test(
        "times of RFC 3339 are read with any fraction and offset",
        arguments: [
            ("2026-11-20T12:00:00Z", 1_795_176_000_000), ("2026-11-20T12:00:00.123456789Z", 1_795_176_000_123),
            ("2026-11-20T14:30:00.5+02:30", 1_795_176_000_500), ("1970-01-01t00:00:00z", 0),
            ("2024-02-29T23:59:59-00:01", 1_709_251_259_000),
        ] as [(String, Int64)]
    )
    func times(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: ["", "2026-11-20", "2026-13-01T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T12:00:00", "٢٠٢٦-11-20T12:00:00Z"])
    func noTimes(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    // MARK: - All of it

    private func gate(_ id: String, _ status: Gate.Status = .passed) -> Gate {
        Gate(
            id: id,
            gate: "test",
            command: "make test",
            directory: "/work",
            exitCode: 0,
            status: status,
            classification: "passed",
            duration: .seconds(2),
            summary: "ok",
            logPath: "gate-test.log",
            recordedAt: now
        )
    }

    @Test("is read back as it was written, and damaged entries are left out")
    func roundTrip() throws {
        var evidence = Evidence()
        var list = Checklist(at: now)
        try list.add("a", at: now)
        var attempt = PatchAttempt(
            id: "attempt_1",
            group: "g",
            index: 2,
            count: 1,
            summary: "try",
            changedFiles: ["a", "b"],
            recordedAt: now
        )
        attempt.baseSHA = "abc"
        attempt.isSelected = true
        #expect(attempt.count == 2)
        evidence.apply(.checklist(list))
        evidence.apply(.gate(gate("gate_1")))
        evidence.apply(.attempt(attempt))
        evidence.apply(.artifact(Artifact(label: "report", path: "report.md", summary: "all of it", createdAt: now)))
        evidence.apply(
            .githubEvent(
                GitHubEvent(id: "e", action: "close", target: "issue", number: 4, summary: "done", url: "https://x", recordedAt: now)
            )
        )
        #expect(Evidence(json: .object(evidence.json)) == evidence)
        var damaged = evidence.json
        damaged["gates"] = [["id": "no time"], gate("gate_2").json, "x"]
        damaged["checklist"] = 7
        let read = Evidence(json: .object(damaged))
        #expect(read.gates == [gate("gate_2")])
        #expect(read.checklist == nil)
        #expect(read.attempts == [attempt])
        #expect(Evidence(json: nil).isEmpty)
    }

    @Test("of one id is there once, and of very many entries the newest stay")
    func bounds() {
        var evidence = Evidence()
        for number in 1...150 { evidence.apply(.gate(gate("gate_\(number)"))) }
        evidence.apply(.gate(gate("gate_100", .failed)))
        #expect(evidence.gates.count == Evidence.maximumEntries)
        #expect(evidence.gates.first?.id == "gate_51")
        #expect(evidence.gates.last?.id == "gate_150")
        #expect(evidence.gates.first { $0.id == "gate_100" }?.status == .failed)
    }

    @Test("is told in the timeline in words that are known")
    func words() throws {
        var list = Checklist(at: now)
        try list.write([("a", .completed), ("b", .pending)], at: now)
        #expect(EvidenceUpdate.checklist(list).summary == "Checklist updated: 2 item(s), 50% complete")
        #expect(EvidenceUpdate.gate(gate("g", .failed)).summary == "Gate test failed: ok")
        let attempt = PatchAttempt(id: "a", group: "g", index: 1, count: 3, summary: "", recordedAt: now)
        #expect(EvidenceUpdate.attempt(attempt).summary == "Attempt 1/3 recorded for g")
        let event = GitHubEvent(id: "e", action: "comment", target: "pr", number: 7, summary: "hello", recordedAt: now)
        #expect(EvidenceUpdate.githubEvent(event).summary == "comment pr#7: hello")
        let all: JSONValue = [
            "checklist": list.json, "gate": gate("g").json, "attempt": attempt.json, "github_event": event.json, "artifacts": [7],
        ]
        #expect(EvidenceUpdate.updates(in: all).map(\.kind) == [.checklist, .gate, .patchAttempt, .github])
    }
}
