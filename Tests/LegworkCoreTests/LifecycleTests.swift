import LegworkCore
import Testing

@Suite("A task's life")
struct LifecycleTests {
    typealias Event = TaskLifecycle.Event

    /// Every event, one of each kind that is treated differently.
    static let events: [Event] = [
        .claimed, .completed, .failed(.toolError), .cancelled, .cancelForced, .inputRequested, .inputProvided, .interrupted(.shutdown),
        .retried(.retry), .stopped(.orphaned), .resumed, .cancelRequested, .limitReached(.queueLimit), .limitReached(.wallLimit),
        .limitReached(.idleLimit), .retryRequested,
    ]

    struct Start: Hashable, CustomTestStringConvertible {
        var status: TaskStatus
        var isCancelRequested: Bool
        var testDescription: String { status.rawValue + (isCancelRequested ? ", cancel requested" : "") }

        var lifecycle: TaskLifecycle {
            TaskLifecycle(status: status, reason: nil, isCancelRequested: isCancelRequested, attempts: status == .queued ? 0 : 1)
        }
    }

    static let starts: [Start] = TaskStatus.allCases.flatMap { status in
        [Start(status: status, isCancelRequested: false)]
            + (status.isExecuting ? [Start(status: status, isCancelRequested: true)] : [])
    }

    /// The edges of the diagram. What is not here must be refused.
    static func expected(_ start: Start, _ event: Event) -> TaskStatus? {
        let instead: TaskStatus? = start.isCancelRequested ? .cancelled : nil
        return switch (start.status, event) {
        case (.queued, .claimed): .running
        case (.queued, .cancelRequested): .cancelled
        case (.queued, .limitReached(.queueLimit)): .failed
        case (.running, .inputRequested): .inputRequired
        case (.inputRequired, .inputProvided): .running
        case (.running, .completed), (.inputRequired, .completed): instead ?? .completed
        case (.running, .failed), (.inputRequired, .failed): instead ?? .failed
        case (.running, .limitReached(.wallLimit)), (.inputRequired, .limitReached(.wallLimit)): instead ?? .failed
        case (.running, .limitReached(.idleLimit)), (.inputRequired, .limitReached(.idleLimit)): instead ?? .failed
        case (.running, .interrupted), (.inputRequired, .interrupted): instead ?? .queued
        case (.running, .retried), (.inputRequired, .retried): instead ?? .queued
        case (.running, .stopped), (.inputRequired, .stopped): instead ?? .stopped
        case (.running, .cancelled), (.inputRequired, .cancelled): instead
        case (.running, .cancelForced), (.inputRequired, .cancelForced): instead
        case (.running, .cancelRequested), (.inputRequired, .cancelRequested): start.status
        case (.stopped, .resumed): .queued
        case (.stopped, .completed): .completed
        case (.failed, .retryRequested): .queued
        case (.stopped, .failed): .failed
        case (.stopped, .cancelRequested): .cancelled
        case (.completed, .cancelRequested), (.failed, .cancelRequested), (.cancelled, .cancelRequested): start.status
        default: nil
        }
    }

    @Test("takes every edge and refuses every other event", arguments: starts, events)
    func edges(start: Start, event: Event) throws {
        var lifecycle = start.lifecycle
        if let status = Self.expected(start, event) {
            let effects = try lifecycle.apply(event)
            #expect(lifecycle.status == status)
            #expect(effects.contains(.finish) == (status.isTerminal && !start.status.isTerminal))
            #expect(effects.contains(.endLease) == (start.status.isExecuting && !status.isExecuting))
            #expect(effects.contains(.wakeWorkers) == (status == .queued))
        } else {
            #expect(throws: IllegalTransition(status: start.status, event: event)) { try lifecycle.apply(event) }
            #expect(lifecycle == start.lifecycle)
        }
    }

    @Test(
        "a terminal status never changes, except that somebody may want a failed task to be tried again",
        arguments: [TaskStatus.completed, .failed, .cancelled],
        events
    )
    func terminal(status: TaskStatus, event: Event) {
        if status == .failed, event == .retryRequested { return }
        var lifecycle = TaskLifecycle(status: status, reason: nil, isCancelRequested: false, attempts: 1)
        _ = try? lifecycle.apply(event)
        #expect(lifecycle.status == status)
    }

    @Test("an interrupted attempt is not counted, a retried one is")
    func attempts() throws {
        var lifecycle = TaskLifecycle.submitted
        _ = try lifecycle.apply(.claimed)
        #expect(lifecycle.attempts == 1)
        _ = try lifecycle.apply(.interrupted(.shutdown))
        #expect(lifecycle.attempts == 0)
        _ = try lifecycle.apply(.claimed)
        _ = try lifecycle.apply(.retried(.retry))
        _ = try lifecycle.apply(.claimed)
        #expect(lifecycle.attempts == 2)
    }

    @Test(
        "tells one who cancels what is going to happen",
        arguments: [
            (TaskStatus.queued, CancelDisposition.cancelledBeforeStart), (.stopped, .cancelledBeforeStart), (.running, .requested),
            (.inputRequired, .requested), (.completed, .alreadyFinished), (.failed, .alreadyFinished), (.cancelled, .alreadyFinished),
        ]
    )
    func dispositions(status: TaskStatus, disposition: CancelDisposition) {
        let lifecycle = TaskLifecycle(status: status, reason: nil, isCancelRequested: false, attempts: 1)
        #expect(lifecycle.cancelDisposition == disposition)
    }

    @Test("a record that stopped has not ended: no time of an end, no lease, and a later attempt begins without either")
    func stoppedRecord() throws {
        let start = Timestamp(milliseconds: 1000)
        var record = TaskRecord(id: .random(), tool: "t", title: "t", caller: Caller(owner: "o"), arguments: [:], createdAt: start)
        _ = try record.claim(under: Lease(token: .random(), node: NodeID("n"), expiresAt: start), at: start)
        _ = try record.apply(.stopped(.orphaned), at: start + .seconds(1))
        #expect((record.status, record.reason) == (.stopped, .orphaned))
        #expect(record.finishedAt == nil)
        #expect(record.lease == nil)
        _ = try record.apply(.resumed, at: start + .seconds(2))
        #expect(record.finishedAt == nil)
        #expect(record.reason == nil)
    }

    @Test("a record keeps times, lease and timeline in step with its status")
    func record() throws {
        let start = Timestamp(milliseconds: 1000)
        var record = TaskRecord(id: .random(), tool: "t", title: "t", caller: Caller(owner: "o"), arguments: [:], createdAt: start)
        let lease = Lease(token: .random(), node: NodeID("n"), expiresAt: start + .seconds(60))
        let claimed = try record.claim(under: lease, at: start + .seconds(1))
        #expect(record.lease == lease)
        #expect(record.startedAt == start + .seconds(1))
        #expect(record.version == 2)
        #expect(claimed.events.map(\.kind) == [.started])

        let asked = try record.apply(.cancelRequested, at: start + .seconds(2))
        #expect(asked.effects == [.cancelAttempt])
        #expect(record.cancelRequestedAt == start + .seconds(2))
        let ended = try record.apply(.completed, at: start + .seconds(3))
        #expect(record.status == .cancelled)
        #expect(record.lease == nil)
        #expect(record.finishedAt == start + .seconds(3))
        #expect(ended.events.map(\.kind) == [.cancelled])
        #expect((claimed.events + asked.events + ended.events).map(\.sequence) == [1, 2, 3])

        let version = record.version
        _ = try record.apply(.cancelRequested, at: start + .seconds(4))
        #expect(record.version == version)
        #expect(record.finishedAt == start + .seconds(3))
    }
}
