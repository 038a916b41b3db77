import LegworkCommands
import LegworkCore
import Synchronization

/// Takes what an agent's program writes: all of it goes to the raw output, and the lines that are JSON become events.
final class AgentOutput: ToolOutput {
    /// What was heard, when the program has ended.
    struct Summary: Sendable {
        var transcript: AgentTranscript
        /// The end of what it wrote that was no JSON, such as the reason why it did not start.
        var remarks: String
        /// Why the raw output is not complete, where it is not.
        var rawError: String?
    }

    private struct State {
        var splitter: LineSplitter
        var reader: any AgentLineReader
        var transcript = AgentTranscript()
        var remarks = TailBuffer(capacity: 2048)
        var rawError: String?
        var rawRedactor: StreamRedactor
    }

    private let raw: any ToolOutput
    private let context: ToolContext
    private let redactor: SecretRedactor
    private let lineLimit: Int
    private let onSession: @Sendable (String) -> Void
    private let state: Lock<State>

    /// - Parameter onSession: hears the id by which the agent can be resumed.
    init(
        _ raw: any ToolOutput,
        _ reader: any AgentLineReader,
        lineLimit: Int,
        context: ToolContext,
        redactor: SecretRedactor,
        onSession: @escaping @Sendable (String) -> Void
    ) {
        self.raw = raw
        self.context = context
        self.redactor = redactor
        self.lineLimit = lineLimit
        self.onSession = onSession
        state = Lock(State(splitter: LineSplitter(limit: lineLimit), reader: reader, rawRedactor: StreamRedactor(redactor)))
    }

    var location: String { raw.location }
    var byteCount: Int { raw.byteCount }
    var isTruncated: Bool { raw.isTruncated }
    func tail(_ count: Int) throws -> [UInt8] { try raw.tail(count) }

    func append(_ bytes: UnsafeRawBufferPointer) {
        if redactor.secrets.isEmpty {
            write(bytes)
        } else {
            state.withLock { $0.rawRedactor.append(bytes) }.withUnsafeBytes(write)
        }
        perform(state.withLock { state in state.splitter.append(bytes).flatMap { take($0, &state) } })
    }

    /// A full disk takes the raw output, and not what is understood of it.
    private func write(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty, state.withLock({ $0.rawError }) == nil else { return }
        do {
            try raw.append(bytes)
        } catch {
            let text = "\(error)"
            state.withLock { $0.rawError = text }
        }
    }

    /// Takes what the program left unfinished.
    func finish() -> Summary {
        state.withLock { $0.rawRedactor.finish() }.withUnsafeBytes(write)
        let (actions, summary) = state.withLock { state in
            let last = state.splitter.finish().map { take($0, &state) } ?? []
            let actions = last + state.transcript.close()
            let excerpt = OutputExcerpt(tail: state.remarks.bytes, total: state.remarks.total, limit: state.remarks.capacity)
            return (actions, Summary(transcript: state.transcript, remarks: excerpt.text, rawError: state.rawError))
        }
        perform(actions)
        return summary
    }

    private func take(_ line: LineSplitter.Line, _ state: inout State) -> [AgentTranscript.Action] {
        switch line {
        case .tooLong(let count):
            return state.transcript.apply(
                .warning("a line of \(count) bytes, more than the \(lineLimit) that are understood, stands in the raw output only")
            )
        case .whole(let bytes):
            guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
                let object = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: max(lineLimit, 1))).object
            else {
                state.remarks.append(bytes + [UInt8(ascii: "\n")])
                return []
            }
            return state.reader.read(object).flatMap { state.transcript.apply($0) }
        }
    }

    private func perform(_ actions: [AgentTranscript.Action]) {
        for action in actions {
            switch action {
            case .beginCall(let id, let name, let arguments):
                context.beginToolCall(id: id, name: name, arguments: arguments.map(redactor.redact))
            case .endCall(let id, let result, let isError):
                context.endToolCall(id: id, result: result.map(redactor.redact), isError: isError)
            case .message(let text): context.emit(redactor.redact(text), data: ["kind": "message"])
            case .warning(let text): context.emit(redactor.redact(text), data: ["kind": "warning"])
            case .status(let text): context.status(redactor.redact(Self.oneLine(text)))
            case .session(let id):
                context.emit("session \(id)", data: ["kind": "session", "session_id": .string(id)])
                onSession(id)
            }
        }
    }

    private static func oneLine(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first { $0.contains { !$0.isWhitespace } } ?? ""
        return String(line).truncated(toBytes: 200)
    }
}
