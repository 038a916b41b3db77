/// How often a task whose attempt failed is tried again, and when.
///
/// The pause before attempt n + 1 is `first · factor^(n − 1)`, at most `longest`, lengthened or shortened at random by up to `jitter` of itself,
/// so that tasks that failed together do not come back together. The error may decide otherwise: ``RetryAfter``, ``DoNotRetry``.
public struct RetryPolicy: Sendable, Hashable {
    /// The most attempts of a policy.
    public static let greatestAttempts = 1000
    /// The longest pause of a policy.
    public static let greatestPause: Duration = .seconds(7 * 24 * 3600)

    /// How many attempts there may be in all, the first included.
    public var attempts: Int
    /// The pause after the first attempt.
    public var first: Duration
    /// By how much each pause is longer than the one before; 1 or more.
    public var factor: Double
    /// The longest pause.
    public var longest: Duration
    /// The part of a pause that chance decides, 0 to 1.
    public var jitter: Double
    /// Whether calls that become tasks are tried again as well. A call whose caller still waits never is: he gets the error.
    public var appliesToCalls: Bool

    /// Describes a policy; values out of their bounds are brought into them.
    public init(
        attempts: Int,
        first: Duration = .seconds(1),
        factor: Double = 2,
        longest: Duration = .seconds(300),
        jitter: Double = 0.1,
        appliesToCalls: Bool = false
    ) {
        self.attempts = min(max(1, attempts), Self.greatestAttempts)
        self.first = min(max(.zero, first), Self.greatestPause)
        self.factor = factor.isFinite ? max(1, factor) : 1
        self.longest = min(max(.zero, longest), Self.greatestPause)
        self.jitter = jitter.isFinite ? min(max(0, jitter), 1) : 0
        self.appliesToCalls = appliesToCalls
    }

    /// The pause after an attempt.
    ///
    /// - Parameters:
    ///   - attempt: which one has failed, from 1.
    ///   - chance: a number of 0 to 1 that is drawn for this pause.
    public func pause(after attempt: Int, chance: Double) -> Duration {
        var seconds = first.seconds
        let longest = longest.seconds
        // As few steps as it takes to reach the longest one.
        var left = max(0, attempt - 1)
        while left > 0, factor > 1, seconds > 0, seconds < longest {
            seconds *= factor
            left -= 1
        }
        seconds = min(seconds, longest)
        return .milliseconds(Int64((seconds * (1 + jitter * (2 * min(max(0, chance), 1) - 1)) * 1000).rounded()))
    }
}

/// Thrown by a tool: the attempt failed, and the next one, if the policy has one left, is to begin after a given time.
///
/// A tool that returns a result says the same with `legwork/retry_after_ms` in its metadata.
public struct RetryAfter: Error, Sendable, CustomStringConvertible {
    /// How long to wait.
    public var duration: Duration
    /// What went wrong.
    public var message: String

    /// Describes the wish.
    public init(_ duration: Duration, _ message: String = "the tool asked to be tried again later") {
        self.duration = duration
        self.message = message
    }

    /// What went wrong.
    public var description: String { message }
}

/// Thrown by a tool: the attempt failed, and another would as well. A tool that returns a result says the same with `"legwork/retry": false`
/// in its metadata.
public struct DoNotRetry: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public var message: String

    /// Describes the fault.
    public init(_ message: String) { self.message = message }

    /// What went wrong.
    public var description: String { message }
}

/// Thrown by ``ToolContext/snooze(_:)``.
package struct Snooze: Error, CustomStringConvertible {
    package var duration: Duration

    package init(duration: Duration) { self.duration = duration }

    package var description: String { "the tool wants to go on in \(duration.seconds) seconds, which only a task from a queue can" }
}

extension ToolContext {
    /// Ends this attempt and puts the task back into its queue until a time has passed. The attempt is not counted, and its checkpoint is there
    /// when the next one begins.
    ///
    /// Only for tasks that nobody waits for inline; in a call within its window this is an error like any other.
    ///
    /// - Throws: always; let it pass through the tool.
    public func snooze(_ duration: Duration) throws -> Never {
        throw Snooze(duration: min(max(.zero, duration), RetryPolicy.greatestPause))
    }
}
