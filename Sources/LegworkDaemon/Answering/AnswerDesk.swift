import Legwork
import LegworkCore

/// Takes the answers that come by links. The link is all that whoever has it needs, and it opens nothing else.
struct AnswerDesk: Sendable {
    private let manager: TaskManager
    private let seal: AnswerSeal
    private let clock: any TaskClock

    init(_ manager: TaskManager, _ seal: AnswerSeal, clock: any TaskClock = SystemClock()) {
        self.manager = manager
        self.seal = seal
        self.clock = clock
    }

    /// What a link leads to, which changes nothing: programs that show previews follow links, too.
    func look(_ text: String) async throws -> AnswerPage {
        let (token, record) = try await open(text)
        switch token.act {
        case .cancel:
            try Self.checkLives(record)
            return AnswerPage(
                title: "Cancel this task?",
                subject: Self.subject(record),
                text: record.openInputs.map(\.message).joined(separator: "\n").truncated(toBytes: 8192),
                form: .button("Cancel the task")
            )
        case .answer(let key, let choice):
            let (request, form) = try Self.openQuestion(key, record)
            guard form.choices.indices.contains(choice) else { throw Self.unknown }
            return AnswerPage(
                title: "Answer: \(form.choices[choice].label)",
                subject: Self.subject(record),
                text: request.message,
                form: .button(form.choices[choice].label)
            )
        case .write(let key):
            let (request, form) = try Self.openQuestion(key, record)
            return AnswerPage(
                title: "What is the answer?",
                subject: Self.subject(record),
                text: request.message,
                form: .field(hint: form.hint, button: "Answer")
            )
        }
    }

    /// Does what a link is for.
    ///
    /// - Parameter written: what was written into the page's field.
    func act(_ text: String, written: String?) async throws -> AnswerPage {
        let (token, record) = try await open(text)
        switch token.act {
        case .cancel:
            try Self.checkLives(record)
            let (disposition, after) = try await manager.cancel(token.task, in: .operator)
            let told = disposition == .cancelledBeforeStart ? "It is cancelled." : "It was asked to stop."
            return AnswerPage(title: "Cancelled", subject: Self.subject(after), text: told)
        case .answer(let key, let choice):
            let (_, form) = try Self.openQuestion(key, record)
            guard form.choices.indices.contains(choice) else { throw Self.unknown }
            return try await give(form.choices[choice].value, to: key, of: token.task, form)
        case .write(let key):
            let (request, form) = try Self.openQuestion(key, record)
            guard let written, !written.isEmpty else {
                throw APIFault.invalid("there is no answer; write one into the field")
            }
            do {
                return try await give(form.answer(written), to: key, of: token.task, form)
            } catch let error as TaskManagerError where error.code == .invalidArgument {
                return AnswerPage(
                    title: "That does not fit",
                    subject: Self.subject(record),
                    text: "\(request.message)\n\n\(error.message)",
                    form: .field(hint: form.hint, button: "Answer")
                )
            }
        }
    }

    private func give(_ value: JSONValue, to key: String, of task: TaskID, _ form: AnswerForm) async throws -> AnswerPage {
        do {
            let record = try await manager.respond(task, [key: .answer(value)], in: .operator)
            return AnswerPage(title: "Answered: \(form.words(for: value))", subject: Self.subject(record), text: "The answer was taken.")
        } catch let error as TaskManagerError where error.code == .notAsked || error.code == .finished {
            // Somebody else was faster.
            if let record = try? await manager.task(task, in: .operator) { _ = try Self.openQuestion(key, record) }
            throw error
        }
    }

    private func open(_ text: String) async throws -> (AnswerToken, TaskRecord) {
        guard let token = seal.open(text) else { throw Self.unknown }
        guard clock.now < token.expiresAt else {
            throw APIFault(status: 410, code: "link_expired", message: "this link was good for a day, which is over")
        }
        do {
            return (token, try await manager.task(token.task, in: .operator))
        } catch let error as TaskManagerError where error.code == .notFound {
            throw APIFault(status: 410, code: "link_expired", message: "the task that this link is about is gone")
        }
    }

    private static let unknown = APIFault(status: 404, code: "not_found", message: "this link was not made here; was all of it copied?")

    /// The question as long as it waits for its answer; otherwise the fault says what became of it.
    private static func openQuestion(_ key: String, _ record: TaskRecord) throws(APIFault) -> (InputRequest, AnswerForm) {
        guard let request = record.inputs.first(where: { $0.key.isExactly(key) }), let form = AnswerForm(question: request.question) else {
            throw unknown
        }
        if let answer = request.answer { throw answered("it was answered already: \(form.words(for: answer))") }
        switch request.state {
        case .declined: throw answered("it was decided already that it gets no answer")
        case .withdrawn: throw answered("the task does not want to know it any more")
        case .awaited, .left, .answered: break
        }
        try checkLives(record)
        return (request, form)
    }

    private static func checkLives(_ record: TaskRecord) throws(APIFault) {
        if record.status.isTerminal { throw answered("the task has ended already: \(record.status.rawValue)") }
    }

    private static func answered(_ message: String) -> APIFault { APIFault(status: 409, code: "answered", message: message) }

    private static func subject(_ record: TaskRecord) -> String {
        let label = record.title == record.tool ? record.tool : "\(record.tool): \(record.title)"
        return "\(label.truncated(toBytes: 300)) (\(record.id))"
    }
}
