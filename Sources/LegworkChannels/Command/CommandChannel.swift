import LegworkCommands
public import LegworkCore
public import LegworkEventLoop

/// Runs a program for every delivery.
///
/// It reads all that is known as JSON from its standard input, and finds `LEGWORK_DELIVERY`, `LEGWORK_TASK`, `LEGWORK_STATUS`, `LEGWORK_TOOL`,
/// `LEGWORK_OWNER` and `LEGWORK_TARGET` (empty for the channel's own place) in its environment. When it ends with the code 0 it has taken the
/// delivery, with 75 (`EX_TEMPFAIL`) it wants it again later, with any other it never takes it.
public struct CommandChannel: Channel {
    /// The code with which a program says that it may work later (`sysexits.h`).
    private static let temporaryFailure: Int32 = 75

    private let program: ChannelProgram
    private let configuration: CommandChannelConfiguration

    /// All that is known.
    public var form: ChannelForm { .document }

    /// Makes a channel.
    ///
    /// - Parameter loop: moves the program's input and output.
    /// - Throws: ``ChannelError/Code/misconfigured`` when there is no such program.
    public init(_ configuration: CommandChannelConfiguration, loop: EventLoop) throws(ChannelError) {
        self.configuration = configuration
        program = ChannelProgram(configuration.argv, secrets: Array(configuration.environment.values), loop: loop)
        do throws(CommandError) {
            try program.check()
        } catch {
            throw ChannelError(.misconfigured, error.message)
        }
    }

    /// Runs the program, and ends it with all that it has started when the task is cancelled.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        let own = [
            "LEGWORK_DELIVERY": piece.key, "LEGWORK_TASK": piece.content.task.description, "LEGWORK_STATUS": piece.content.status.rawValue,
            "LEGWORK_TOOL": piece.content.tool, "LEGWORK_OWNER": piece.content.owner.name, "LEGWORK_TARGET": piece.target ?? "",
        ].mapValues { $0.filter { $0 != "\0" } }
        let end = try await program.run(
            input: JSONValue.object(piece.document).json() + "\n",
            environment: configuration.environment.merging(own) { _, own in own }
        )
        let said = end.lastLine.isEmpty ? "" : ": \(end.lastLine)"
        switch end.exit {
        case .exited(0): return PieceReceipt()
        case .exited(Self.temporaryFailure): throw ChannelError(.unavailable, "the program wants it again later\(said)")
        case .exited(let code): throw ChannelError(.rejected, "the program ended with the code \(code)\(said)")
        case .signalled(let number, _):
            throw ChannelError(.unavailable, "the program was ended by \(CommandReport.signalName(number))\(said)")
        case nil: throw ChannelError(.unavailable, "how the program ended is not known")
        }
    }
}
