import Legwork
import TestPrograms
import Testing

/// What the processes that were killed said they were promised; see `Scene` of legwork-task-crasher for the words.
struct CrashLedger {
    /// How somebody was told that a task ended.
    struct End: Hashable {
        var status: TaskStatus
        var text: String
    }

    /// The tasks that were started, and the names and keys of those that have any.
    private(set) var tasks: Set<TaskID> = []
    private(set) var labels: [String: TaskID] = [:]
    private(set) var closedRuns: Set<String> = []
    /// The attempts that began, and how many a resume counted.
    private(set) var attempts: [TaskID: [Int]] = [:]
    private(set) var resumed: [TaskID: Int] = [:]
    private(set) var saved: [TaskID: Int] = [:]
    private(set) var ends: [TaskID: End] = [:]
    private(set) var asked: Set<TaskID> = []
    private(set) var answers: [TaskID: [String: String]] = [:]
    private(set) var cancelled: Set<TaskID> = []
    private(set) var sent: Set<String> = []
    private(set) var given: Set<String> = []
    private(set) var posted: Set<String> = []
    /// The artifacts, ended calls and gates of each task, by their names and ids, and how many items its checklist has.
    private(set) var kept: [TaskID: Set<String>] = [:]
    private(set) var called: [TaskID: Set<String>] = [:]
    private(set) var verified: [TaskID: Set<String>] = [:]
    private(set) var listed: [TaskID: Int] = [:]
    private(set) var isOver = false
    /// What was given away, by word: surely, and perhaps.
    private var givenAway: [String: Set<String>] = [:]
    private var perhapsGivenAway: [String: Set<String>] = [:]

    /// How many may be left of what can be given away.
    func remains(_ word: String, _ what: String, of whole: Int = 1) -> ClosedRange<Int> {
        if givenAway[word]?.contains(what) == true { return 0...0 }
        return perhapsGivenAway[word]?.contains(what) == true ? 0...whole : whole...whole
    }

    mutating func add(_ line: String) throws {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        let unexpected = TestProgram.Failure(description: "unexpected output: \(line)")
        func id() throws -> TaskID {
            guard words.count > 1, let id = TaskID(words[1]) else { throw unexpected }
            return id
        }
        func number() throws -> Int {
            guard words.count > 2, let number = Int(words[2]) else { throw unexpected }
            return number
        }
        switch words[0] {
        case "task":
            let id = try id()
            tasks.insert(id)
            guard words.count > 2 else { break }
            let known = labels.updateValue(id, forKey: words[2])
            #expect(known == nil || known == id, "the key '\(words[2])' gave two tasks")
        case "closed": closedRuns.insert(words[1])
        case "began": attempts[try id(), default: []].append(try number())
        case "resumed": resumed[try id()] = max(resumed[try id()] ?? 0, try number())
        case "saved": saved[try id()] = max(saved[try id()] ?? 0, try number())
        case "ended":
            let id = try id()
            guard words.count > 2, let status = TaskStatus(rawValue: words[2]) else { throw unexpected }
            let end = End(status: status, text: words.count > 3 ? words[3] : "")
            tasks.insert(id)
            #expect(end.status.isTerminal)
            let known = ends.updateValue(end, forKey: id)
            #expect(known == nil || known == end)
        case "asked": asked.insert(try id())
        case "answered": answers[try id(), default: [:]][words[2]] = words[3]
        case "cancelled": cancelled.insert(try id())
        case "sent": sent.insert(words[1])
        case "given": given.insert(words[1])
        case "posted", "seen": posted.insert(words[1])
        case "acked", "noted", "told": givenAway[words[0], default: []].insert(words[1])
        case "?acked", "?noted", "?told": perhapsGivenAway[String(words[0].dropFirst()), default: []].insert(words[1])
        case "kept": kept[try id(), default: []].insert(words[2])
        case "called": called[try id(), default: []].insert(words[2])
        case "verified": verified[try id(), default: []].insert(words[2])
        case "listed": listed[try id()] = try number()
        case "done": isOver = true
        case _: throw unexpected
        }
    }
}
