/// Somebody who carries to a client what belongs to none of its requests; see ``MCPConnection/attach(_:)``.
///
/// It ends with ``cancel()``, or when it is released.
public final class MCPAttachment: Sendable {
    private let announcements: MCPAnnouncements
    private let number: Int

    init(_ announcements: MCPAnnouncements, _ number: Int) {
        self.announcements = announcements
        self.number = number
    }

    deinit { cancel() }

    /// Takes no more messages; those that come are kept for the next one. Whoever has taken over already is not touched.
    public func cancel() { announcements.detach(number) }
}
