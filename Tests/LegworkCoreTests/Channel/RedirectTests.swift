import Testing

@testable import LegworkCore

@Suite("Where a task's end is told")
struct RedirectTests {
    private let start = Timestamp(milliseconds: 1_750_000_000_000)

    private func running() -> TaskRecord {
        var record = TaskRecord(
            id: .random(),
            tool: "shell",
            title: "Work",
            caller: Caller(owner: "ann"),
            arguments: [:],
            lifecycle: .promoted,
            createdAt: start
        )
        _ = record.newEvent(.created, at: start)
        return record
    }

    // MARK: - The redirects of a record

    @Test("redirects are numbered from 1, and no number is given twice")
    func numbering() {
        var record = running()
        var numbers: [Int?] = []
        for channel in ["a", "b"] { numbers.append(record.add(Redirect(to: channel))?.redirect.number) }
        let removals = [record.removeRedirect(2), record.removeRedirect(2)]
        numbers.append(record.add(Redirect(to: "b"))?.redirect.number)
        #expect(removals == [true, false])
        #expect(numbers == [1, 2, 3])
        #expect(record.redirects.map(\.number) == [1, 3])
    }

    @Test("the same redirect twice is one, and what differs in anything is another")
    func same() {
        var record = running()
        let first = record.add(Redirect(to: "ops", target: "x", isStanding: true))
        let again = record.add(Redirect(to: "ops", target: "x"))
        #expect(first?.isNew == true)
        #expect(again?.isNew == false)
        #expect(again?.redirect.number == first?.redirect.number)
        // What a rule wanted and somebody then asks for is asked for.
        #expect(record.redirects.map(\.isStanding) == [false])
        let others = [
            Redirect(to: "Ops", target: "x"), Redirect(to: "ops"), Redirect(to: "ops", target: ""),
            Redirect(to: "ops", target: "x", on: [.failed]), Redirect(to: "ops", target: "x", maximumCharacters: 9),
            // The same to Swift, but not the same bytes.
            Redirect(to: "ops", target: "\u{e9}"), Redirect(to: "ops", target: "e\u{301}"),
        ]
        let areNew = others.map { record.add($0)?.isNew }
        #expect(areNew == Array(repeating: true, count: others.count))
        #expect(record.redirects.count == 1 + others.count)
    }

    @Test("of many long questions a delivery holds what there is room for, the rest by their keys and first words")
    func longQuestions() throws {
        var record = running()
        let schema: JSONValue = ["description": .string(String(repeating: "s", count: 60_000))]
        let message = String(repeating: "m", count: 16_000)
        for number in 1...64 { _ = record.ask(message, schema: schema, key: "q\(number)", request: nil, at: start) }
        _ = try record.apply(.inputRequested, at: start)
        let questions = DeliveryContent(of: record, at: start).questions
        #expect(questions.map { $0["key"]?.string } == (1...64).map { "q\($0)" })
        #expect(questions.first?["schema"] == schema)
        let last = try #require(questions.last?["message"]?.string)
        #expect(last.hasPrefix("mmm") && last.utf8.count <= 200)
        #expect(JSONValue.array(questions).json().utf8.count < DeliveryContent.maximumQuestionBytes + 64 * 400)
    }

    @Test("a task has no more than the limit, but what is there is still found")
    func limit() {
        var record = running()
        let numbers = (0..<Redirect.maximumCount).map { record.add(Redirect(to: "\($0)"))?.redirect.number }
        #expect(numbers == Array(1...Redirect.maximumCount))
        let full = record
        let tooMany = record.add(Redirect(to: "one more"))
        #expect(tooMany == nil)
        let known = record.add(Redirect(to: "3"))
        #expect(known?.redirect.number == 4)
        #expect(known?.isNew == false)
        #expect(record == full)
    }

    @Test("nothing but what can be told is told")
    func tellable() {
        #expect(Redirect(to: "ops", on: Set(TaskStatus.allCases)).statuses == Redirect.tellable)
        #expect(Redirect(to: "ops", on: [.running]).statuses.isEmpty)
    }

    // MARK: - What is delivered

    private static let steps: [(TaskLifecycle.Event, TaskStatus)] = [
        (.completed, .completed), (.failed(.toolError), .failed), (.stopped(.orphaned), .stopped), (.inputRequested, .inputRequired),
    ]

    @Test("each status is told where it is wished, and nowhere else", arguments: 0..<4)
    func statuses(step: Int) throws {
        let (event, status) = Self.steps[step]
        var record = running()
        for each in Redirect.tellable.sorted(by: { $0.rawValue < $1.rawValue }) { _ = record.add(Redirect(to: each.rawValue, on: [each])) }
        _ = record.add(Redirect(to: "all", on: Redirect.tellable))
        if status == .inputRequired { _ = record.ask("Go on?", schema: ["type": "boolean"], key: "k", at: start) }
        let transition = try record.apply(event, at: start + .seconds(5))
        #expect(Set(transition.deliveries.map(\.channel)) == [status.rawValue, "all"])
        for delivery in transition.deliveries {
            #expect(delivery.content.status == status)
            #expect(delivery.state == .pending)
            #expect(delivery.dueAt == start + .seconds(5))
            #expect(delivery.owner == "ann")
        }
    }

    @Test("what goes on is not told")
    func goesOn() throws {
        var record = running()
        _ = record.add(Redirect(to: "all", on: Redirect.tellable))
        _ = record.ask("Go on?", schema: ["type": "boolean"], key: "k", at: start)
        let question = try record.apply(.inputRequested, at: start)
        let answer = try record.apply(.inputProvided, at: start)
        #expect(question.deliveries.count == 1)
        #expect(answer.deliveries.isEmpty)
    }

    @Test("the same end has the same ids, whoever tells it, and another event has others")
    func stable() throws {
        var record = running()
        _ = record.add(Redirect(to: "a", on: Redirect.tellable))
        _ = record.add(Redirect(to: "b"))
        let before = record
        let transition = try record.apply(.completed, at: start)
        var again = before
        let later = try again.apply(.completed, at: start + .seconds(9))
        #expect(later.deliveries.map(\.id) == transition.deliveries.map(\.id))
        #expect(record.deliveries(at: start).map(\.id) == transition.deliveries.map(\.id))
        #expect(Set(transition.deliveries.map(\.id)).count == 2)
        var asking = before
        _ = asking.ask("Go on?", schema: ["type": "boolean"], key: "k", at: start)
        let question = try asking.apply(.inputRequested, at: start).deliveries
        _ = try asking.apply(.inputProvided, at: start)
        let end = try asking.apply(.completed, at: start).deliveries
        #expect(Set((question + end).map(\.id)).count == 3)
    }

    // MARK: - Its content

    private func content(of text: String) throws -> DeliveryContent {
        var record = running()
        record.result = .text(text)
        _ = try record.apply(.completed, at: start)
        return DeliveryContent(of: record, at: start)
    }

    @Test("a text that fits is kept whole")
    func whole() throws {
        for text in ["", "done\n", String(repeating: "x", count: DeliveryContent.maximumTextBytes)] {
            let content = try content(of: text)
            #expect(content.text == text)
            #expect(content.omitted == 0)
        }
    }

    @Test(
        "of a longer text the beginning and the end are kept, whole characters only",
        arguments: ["x", "é", "👩‍👩‍👧", "\r\n", "e\u{301}\u{302}"]
    )
    func cut(character: String) throws {
        let count = (2 * DeliveryContent.maximumTextBytes) / character.utf8.count
        for shift in 0..<3 {
            let text = "HEAD" + String(repeating: "-", count: shift) + String(repeating: character, count: count) + "TAIL"
            let content = try content(of: text)
            #expect(content.text.utf8.count <= DeliveryContent.maximumTextBytes)
            #expect(content.text.utf8.count > DeliveryContent.maximumTextBytes - 200)
            #expect(content.text.hasPrefix("HEAD") && content.text.hasSuffix("TAIL"))
            let note = "\n… \(content.omitted) characters left out …\n"
            let parts = content.text.utf8.split(separator: Array(note.utf8), maxSplits: 1).map { String(Substring($0)) }
            try #require(parts.count == 2)
            #expect(text.hasPrefix(parts[0]) && text.hasSuffix(parts[1]))
            #expect(content.omitted == text.count - parts[0].count - parts[1].count)
        }
    }

    @Test("one character that is too long is left out")
    func giant() throws {
        let content = try content(of: "e" + String(repeating: "\u{301}", count: DeliveryContent.maximumTextBytes))
        #expect(content.omitted == 1)
        #expect(content.text.utf8.count < 100)
    }

    @Test("content is read back as it was written")
    func roundTrip() throws {
        let least = DeliveryContent(
            task: .random(),
            owner: "",
            tool: "t",
            title: "",
            status: .completed,
            text: "",
            createdAt: start,
            at: start
        )
        #expect(DeliveryContent(json: least.json) == least)
        var most = least
        most.owner = "a\u{0}b"
        (most.name, most.reason, most.isError, most.omitted, most.attempts) = ("n", .orphaned, true, 7, 3)
        (most.status, most.text) = (.inputRequired, "\"\\\n\u{0}👩‍👩‍👧")
        most.questions = [["key": "k", "message": "Go on?", "schema": ["type": "number", "maximum": 1.5]]]
        most.artifacts = ["a.txt", "b/c"]
        most.at = start + .milliseconds(1)
        let printed = try JSONValue(parsing: most.json.json())
        #expect(DeliveryContent(json: printed) == most)
        for member in ["task", "owner", "tool", "title", "status", "text", "created_at", "at"] {
            var object = try #require(least.json.object)
            object[member] = nil
            #expect(DeliveryContent(json: .object(object)) == nil, "without \(member)")
        }
    }

    // MARK: - Names

    @Test("an id is read back from its text, and nothing else is an id")
    func ids() {
        let id = DeliveryID(task: .random(), redirect: 12, event: 345)
        let text = id.description
        #expect(DeliveryID(text) == id)
        #expect(text.hasSuffix("_12_345"))
        let digits = id.task.description.dropFirst(TaskID.marker.count)
        let wrong = [
            "", "dlv_", "dlv__1_2", "\(text) ", " \(text)", "\(text)_1", "dlv_\(digits)_12", "dlv_\(digits)_012_345",
            "dlv_\(digits)_+12_345",
            "task_\(digits)_12_345", "dlv_task_\(digits)_12_345", "dlv_\(digits)_12_99999999999999999999", text.uppercased(),
            text + String(repeating: "0", count: 99),
        ]
        for each in wrong { #expect(DeliveryID(each) == nil, "'\(each)'") }
    }
}
