import Glibc
import LegworkCommands
public import LegworkCore
public import LegworkEventLoop

/// Shows a notification on the desktop of whoever runs this process, by `notify-send`.
public struct DesktopChannel: Channel {
    /// The longest line above, in characters.
    private static let maximumSummary = 120

    private let program: ChannelProgram
    private let session: @Sendable () -> Bool

    /// One short message.
    public let form = ChannelForm.messages(MessageStyle(limit: MessageLimit(500, .scalars), maximumMessages: 1, markup: .plain))

    /// Makes a channel.
    ///
    /// - Parameter loop: moves the program's output.
    public init(loop: EventLoop) { self.init(program: "notify-send", loop: loop, session: Self.hasSession) }

    init(program: String, loop: EventLoop, session: @escaping @Sendable () -> Bool) {
        self.program = ChannelProgram([program], loop: loop)
        self.session = session
    }

    /// Shows the message.
    public func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        guard session() else {
            throw ChannelError(.unavailable, "nobody is logged in to a desktop whose session bus this process knows")
        }
        let text = piece.message?.plain ?? piece.content.text
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: true, whereSeparator: \.isNewline)
        let summary = Self.harmless(parts.first.map(String.init) ?? piece.content.title)
        let body = Self.harmless(parts.count > 1 ? String(parts[1]) : "")
        let end = try await program.run([
            "--app-name=Legwork", "--urgency=\(Self.urgency(of: piece.content))", "--", String(summary.prefix(Self.maximumSummary)),
            Self.escaped(body),
        ])
        guard end.exit?.isSuccess == true else {
            throw ChannelError(.unavailable, "the desktop shows no notification\(end.lastLine.isEmpty ? "" : ": \(end.lastLine)")")
        }
        return PieceReceipt()
    }

    private static func urgency(of content: DeliveryContent) -> String {
        switch content.status {
        case .failed, .inputRequired: "critical"
        case .completed, .stopped: "normal"
        case .cancelled, .queued, .running: "low"
        }
    }

    /// The text without what shows nothing, of which a zero could not even be handed over.
    private static func harmless(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 == "\n" || $0.properties.generalCategory != .control }))
    }

    /// The text with nothing in it that the desktop's markup means something by (Desktop Notifications Specification, section "Markup").
    ///
    /// What follows a backslash is something else to `notify-send`, such as `\074` for `<`; only below, not in the line above.
    private static func escaped(_ text: String) -> String { PromptText.escaped(text).replacing("\\", with: "\\\\") }

    /// Whether there is a bus on which a desktop could listen.
    private static func hasSession() -> Bool {
        let variables = ProcessControl.environment()
        if variables.contains(where: { $0.hasPrefix("DBUS_SESSION_BUS_ADDRESS=") && $0.utf8.count > 26 }) { return true }
        guard let folder = variables.first(where: { $0.hasPrefix("XDG_RUNTIME_DIR=") })?.dropFirst(16), !folder.isEmpty else {
            return false
        }
        return access("\(folder)/bus", F_OK) == 0
    }
}
