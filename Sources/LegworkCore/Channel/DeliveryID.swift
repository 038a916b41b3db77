/// The name of one delivery: `dlv_`, the task's random bits, the number of the redirect and the place in the task's timeline of what is told.
///
/// It follows from what is told, so that writing it twice is writing it once, and receivers know what they have had already.
public struct DeliveryID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What every id begins with.
    public static let marker = "dlv_"

    /// The task that is told of.
    public let task: TaskID
    /// The redirect's number.
    public let redirect: Int
    /// The place in the task's timeline.
    public let event: Int

    /// Names a delivery.
    public init(task: TaskID, redirect: Int, event: Int) {
        self.task = task
        self.redirect = redirect
        self.event = event
    }

    /// Reads an id; nil unless the text is exactly one, as ``description`` prints it.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.marker), text.utf8.count <= 96 else { return nil }
        let parts = text.dropFirst(Self.marker.count).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let task = TaskID(TaskID.marker + parts[0]), let redirect = Int(parts[1]), let event = Int(parts[2]) else {
            return nil
        }
        self.init(task: task, redirect: redirect, event: event)
        guard description == String(text) else { return nil }
    }

    /// The id as text.
    public var description: String { "\(Self.marker)\(task.description.dropFirst(TaskID.marker.count))_\(redirect)_\(event)" }

    /// The order of the ids as text.
    public static func < (left: DeliveryID, right: DeliveryID) -> Bool { left.description < right.description }
}
