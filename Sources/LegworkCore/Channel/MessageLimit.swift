/// How long a message may be on a platform, counted as that platform counts.
public struct MessageLimit: Sendable, Hashable {
    /// What a platform counts.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Bytes in UTF-8: Matrix, ntfy.
        case utf8
        /// Code units of UTF-16: Telegram, Teams.
        case utf16
        /// Unicode scalars: Slack, Discord.
        case scalars
        /// What a reader takes for one character.
        case characters
    }

    /// How many units.
    public let count: Int
    /// Of what.
    public let unit: Unit

    /// Describes a limit.
    ///
    /// - Parameter count: at least ``smallest``; less is taken for that.
    public init(_ count: Int, _ unit: Unit = .characters) {
        self.count = max(Self.smallest, count)
        self.unit = unit
    }

    /// The smallest limit: there must be room for a fence that is opened and closed, and a few words in it.
    public static let smallest = 64

    /// How long a text is in this unit.
    public func length(of text: some StringProtocol) -> Int {
        switch unit {
        case .utf8: text.utf8.count
        case .utf16: text.utf16.count
        case .scalars: text.unicodeScalars.count
        case .characters: text.count
        }
    }
}
