import LegworkCore

/// Where a call goes on that was answered with questions: what the client sends back with its answers.
///
/// It passes through the client's hands, so it carries a code that only this server can make, over the task, the owner, the request (tool and
/// arguments) and the end of its time. It is good for the very request that it was given for, made by the same owner, and for nothing else. Using
/// it twice leads to the same task and starts nothing.
struct MCPRequestState: Sendable, Hashable {
    /// How long a client may take to answer.
    static let lifetime = Duration.seconds(24 * 3600)

    /// The task that the call has become.
    let task: TaskID
    /// Until when the state is good.
    let expires: Timestamp
    /// Tells the rounds of one call apart.
    let round: String

    /// What the code is made of beside the state itself.
    struct Binding: Sendable {
        let owner: Owner
        let call: MCPToolCall

        fileprivate var bytes: [UInt8] {
            let request: JSONValue = ["owner": .string(owner.name), "tool": .string(call.name), "arguments": call.arguments]
            return Array(request.json(.sortedKeys).utf8)
        }
    }

    init(_ task: TaskID, now: Timestamp) {
        self.task = task
        expires = now + Self.lifetime
        round = String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// The state as the client gets it: printable, and opaque to it.
    func sealed(for binding: Binding, with seal: MCPSeal) -> String {
        let body = "\(task).\(expires.milliseconds).\(round)"
        return "\(body).\(Hexadecimal.text(seal.code(of: Self.signed(body, binding))))"
    }

    /// Reads a state that a client has sent.
    ///
    /// - Throws: ``MCPError`` when it was not given for this request, or its time is over.
    init(_ text: String, for binding: Binding, with seal: MCPSeal, now: Timestamp) throws(MCPError) {
        guard let end = text.lastIndex(of: ".") else { throw Self.foreign }
        let body = String(text[..<end])
        guard let code = Hexadecimal.bytes(String(text[text.index(after: end)...])), seal.isCode(code, of: Self.signed(body, binding))
        else {
            throw Self.foreign
        }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let task = TaskID(parts[0]), let expires = Int64(parts[1]) else { throw Self.foreign }
        self.task = task
        self.expires = Timestamp(milliseconds: expires)
        round = parts[2]
        guard now < self.expires else {
            throw MCPError(
                .invalidParams,
                "params.requestState was good until \(self.expires); the task that asked is \(task): answer_task answers it, or call the tool anew"
            )
        }
    }

    private static let foreign = MCPError(
        .invalidParams,
        "params.requestState was not given for this request: send it unchanged, with the same tool and arguments, or call the tool anew without it"
    )

    private static func signed(_ body: String, _ binding: Binding) -> [UInt8] { Array(body.utf8) + [0] + binding.bytes }
}
