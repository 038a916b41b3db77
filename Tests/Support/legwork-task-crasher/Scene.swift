import Legwork
import LegworkCore
import LegworkTestKit

/// What the process does with a manager. Each line names what was promised; one that begins with `?` names what is about to be given away.
///
/// - `task ID LABEL`: a task was started, or found, whose name and idempotency key are the label. `closed RUN`: a run takes no more tasks.
/// - `began ID ATTEMPT`: a tool began. `saved ID STEP`: a checkpoint was saved. `resumed ID ATTEMPTS`: a task was resumed.
/// - `cancelled ID`: a cancel was taken. `ended ID STATUS TEXT`: somebody was told how a task ended.
/// - `sent MESSAGE`, `given MESSAGE`: a message was taken from its sender, was given to its reader; `?acked MESSAGE`, `acked MESSAGE`.
/// - `asked ID`: both questions of a task are open. `answered ID KEY TEXT`: a question is answered.
/// - `posted NOTICE`, `seen NOTICE`: a tool's notice, any notice, is there; `?noted NOTICE`, `noted NOTICE`: it was acknowledged.
///   `?told ID`, `told ID`: the notice of a task's end was.
/// - `kept ID NAME`: an artifact is kept, filled by ``Scene/filling``. `called ID CALL`: an agent's call has ended, in the timeline.
///   `listed ID NUMBER`: so many items are in a task's checklist. `verified ID GATE`: a gate is recorded.
/// - `promised ID`: the end of a task is to be told in the channel. `arrived KEY`: the channel has a message. `delivered ID`: it has all.
struct Scene: Sendable {
    static let plays: [String: @Sendable (Scene) async throws -> Void] = [
        "spawn": { try await $0.spawn() },
        "finish": { try await $0.finish() },
        "resume": { try await $0.resume() },
        "messages": { try await $0.messages() },
        "questions": { try await $0.questions() },
        "notices": { try await $0.notices() },
        "evidence": { try await $0.evidence() },
        "deliver": { try await $0.deliver() },
        "cut": { try await $0.cut() },
        "leave": { try await $0.leave() },
        "recover": { try await $0.recover() },
    ]

    struct Surprise: Error, CustomStringConvertible {
        var description: String
    }

    let store: FaultyStore
    /// Where artifacts are kept.
    let outputs: String
    let cues = Cues()
    let alice = Caller(owner: "alice")

    /// A manager as each process makes one.
    func newManager() throws -> TaskManager {
        var configuration = TaskManagerConfiguration()
        configuration.outputFolder = outputs
        configuration.channels = [ChannelEntry("paper", kind: "paper", Paper())]
        let manager = TaskManager(store: store, tools: try ToolRegistry([agent, job, deaf, answer, report]), configuration: configuration)
        try manager.registerEvidenceTools(runner: verifier)
        return manager
    }

    /// What every artifact holds: too much for the timeline, and nobody mistakes a part of it for the whole.
    static let filling = Array((1...1000).map { "line \($0)\n" }.joined().utf8)

    /// Lets a manager execute what is queued while the body runs.
    func running(_ manager: TaskManager, _ body: () async throws -> Void) async throws {
        let run = Task { try await manager.run() }
        try await body()
        await manager.shutdown()
        try await run.value
    }

    // MARK: - Doing and saying

    func background(_ manager: TaskManager, _ tool: String, _ label: String, doing what: String? = nil) async throws -> TaskID {
        var options = CallOptions.background
        options.name = label
        options.idempotencyKey = label
        let arguments: JSONValue = what.map { ["do": .string($0)] } ?? [:]
        guard let task = try await manager.call(tool, arguments, as: alice, options: options).task else {
            throw Surprise(description: "a call in the background is no task")
        }
        say("task \(task.id) \(label)")
        return task.id
    }

    func keyed(_ label: String, under parent: TaskID? = nil) -> SpawnOptions {
        var options = SpawnOptions.named(label)
        options.idempotencyKey = label
        options.lineage = Lineage(parent: parent)
        return options
    }

    func awaitEnd(_ manager: TaskManager, of id: TaskID) async throws {
        let record = try await manager.wait(for: id, atMost: .seconds(3600), in: alice.scope)
        say("ended \(id) \(record.status.rawValue) \(record.result?.text ?? "")")
    }

    /// Waits until both questions of a task are open.
    func awaitQuestions(_ manager: TaskManager, of id: TaskID) async throws {
        for try await _ in manager.followNotices(for: alice.owner) where try await manager.task(id, in: alice.scope).openInputs.count == 2 {
            return say("asked \(id)")
        }
    }

    func cancel(_ manager: TaskManager, _ id: TaskID) async throws {
        if try await manager.cancel(id, in: alice.scope).disposition != .alreadyFinished { say("cancelled \(id)") }
    }

    func send(_ manager: TaskManager, _ text: String, to id: TaskID, as message: String) async throws {
        try await manager.send(.string(text), to: .task(id), from: alice, id: MessageID(message))
        say("sent \(message)")
    }
}
