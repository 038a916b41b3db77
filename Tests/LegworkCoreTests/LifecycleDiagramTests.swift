import FoundationEssentials
import LegworkCore
import Testing

/// The page docs/lifecycle.md is made of the code: `LEGWORK_WRITE_DOCS=1 swift test --filter LifecycleDiagramTests` writes it anew.
@Suite("The page on a task's life")
struct LifecycleDiagramTests {
    private struct Edge {
        var from: TaskStatus
        var to: TaskStatus
        var event: String
        var effects: String
    }

    @Test("says what the code does")
    func diagram() throws {
        let file = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/lifecycle.md"
        let page = Self.page()
        if ProcessInfo.processInfo.environment["LEGWORK_WRITE_DOCS"] != nil {
            try page.write(toFile: file, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOfFile: file, encoding: .utf8)
        #expect(written == page, "docs/lifecycle.md is older than the code; write it anew with LEGWORK_WRITE_DOCS=1")
    }

    private static func page() -> String {
        let edges = edges()
        var arrows: [String] = ["[*] --> queued: submitted", "[*] --> running: promoted"]
        for status in TaskStatus.allCases {
            for next in TaskStatus.allCases {
                let events = edges.filter { $0.from == status && $0.to == next && $0.from != $0.to }.map(\.event)
                if !events.isEmpty { arrows.append("\(status.rawValue) --> \(next.rawValue): \(unique(events).joined(separator: ", "))") }
            }
            if status.isTerminal { arrows.append("\(status.rawValue) --> [*]") }
        }
        let rows = edges.map { "| `\($0.from.rawValue)` | \($0.event) | `\($0.to.rawValue)` | \($0.effects) |" }
        return """
            # A task's life

            Made of `TaskLifecycle` by its tests, which walk every edge and every non-edge. What is not here is refused.

            ```mermaid
            stateDiagram-v2
            \(arrows.map { "    " + $0 }.joined(separator: "\n"))
            ```

            Once a cancel was asked for, an attempt that ends in any way ends as `cancelled`; a result that came all the same is kept on the record.

            | status | event | status after | what follows |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }

    private static func edges() -> [Edge] {
        TaskStatus.allCases.flatMap { status in
            LifecycleTests.events.compactMap { event -> Edge? in
                var lifecycle = TaskLifecycle(status: status, reason: nil, isCancelRequested: false, attempts: status == .queued ? 0 : 1)
                // Events that answer a cancel are possible only after one.
                switch event {
                case .cancelled, .cancelForced: if status.isExecuting { _ = try? lifecycle.apply(.cancelRequested) }
                case _: break
                }
                guard let effects = try? lifecycle.apply(event) else { return nil }
                return Edge(from: status, to: lifecycle.status, event: name(event), effects: effects.map(words).joined(separator: ", "))
            }
        }
    }

    private static func unique(_ words: [String]) -> [String] {
        words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func name(_ event: TaskLifecycle.Event) -> String {
        switch event {
        case .claimed: "claimed"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .cancelForced: "cancel forced"
        case .inputRequested: "input requested"
        case .inputProvided: "input provided"
        case .interrupted: "interrupted"
        case .retried: "retried"
        case .stopped: "stopped"
        case .resumed: "resumed"
        case .retryRequested: "retry requested"
        case .cancelRequested: "cancel requested"
        case .limitReached(let reason): reason.rawValue.replacing("_", with: " ")
        }
    }

    private static func words(_ effect: TaskLifecycle.Effect) -> String {
        switch effect {
        case .cancelAttempt: "the attempt is told to stop"
        case .endLease: "the lease ends"
        case .wakeWorkers: "a worker wakes"
        case .finish: "waiters and owner are told of the end"
        case .announce: "the owner is told"
        }
    }
}
