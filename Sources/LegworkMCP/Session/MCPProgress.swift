import LegworkCore

/// Turns what a tool reports into progress notifications for the client that asked for them. Pure.
///
/// The values only ever increase, as every revision demands. A tool that counts is quoted; of one that does not, the client hears the
/// seconds that have passed, with what the tool says it is doing. No more than ``burst`` notifications come at once, nor more than
/// ``perSecond`` in the long run; of those held back the newest is kept.
struct MCPProgress: Sendable {
    private struct Notice: Sendable {
        var value: Double
        var total: Double?
        var message: String?
    }

    static let burst = 20.0
    static let perSecond = 10.0
    /// The longest silence, while the tool does not count.
    static let heartbeat = Duration.seconds(5)

    private let token: JSONValue
    private var last: Double?
    /// What is added to the tool's own numbers, because higher ones had been told before it began to count.
    private var offset = 0.0
    private var counts = false
    private var message: String?
    private var held: Notice?
    private var allowance = Self.burst
    private var refilledAt = Duration.zero
    private var lastSent = Duration.zero

    /// - Parameter token: what the client wants the notifications to name.
    init(token: JSONValue) { self.token = token }

    /// When the client will have heard nothing for too long, in time since the request came.
    var nextBeat: Duration { lastSent + Self.heartbeat }

    /// Takes what the tool says.
    ///
    /// - Returns: a notification to send now.
    mutating func report(_ report: ToolReport, at elapsed: Duration) -> JSONValue? {
        message = report.message ?? message
        if let progress = report.progress, progress.done.isFinite {
            if !counts {
                counts = true
                offset = last ?? 0
            }
            let total = progress.total.flatMap { $0.isFinite ? $0 + offset : nil }
            return offer(Notice(value: progress.done + offset, total: total, message: message), at: elapsed)
        }
        // Of a tool that counts, a new message comes with its next number.
        guard report.message != nil, !counts else { return nil }
        return offer(Notice(value: Self.seconds(elapsed), total: nil, message: message), at: elapsed)
    }

    /// Says that the request is still worked on, if the client has heard nothing for too long; and what was held back.
    mutating func beat(at elapsed: Duration) -> JSONValue? {
        if let held = take() { return send(held, at: elapsed) }
        guard elapsed >= nextBeat else { return nil }
        // Whatever comes of it, the next beat is later: whoever sleeps until then must not be woken at once.
        lastSent = elapsed
        // A tool that counts speaks for itself.
        if counts { return nil }
        return offer(Notice(value: Self.seconds(elapsed), total: nil, message: message ?? "still running"), at: elapsed)
    }

    /// What was held back, for the end.
    mutating func flush(at elapsed: Duration) -> JSONValue? { take().map { send($0, at: elapsed) } }

    private mutating func take() -> Notice? {
        defer { held = nil }
        return held
    }

    private mutating func offer(_ notice: Notice, at elapsed: Duration) -> JSONValue? {
        if let last, notice.value <= last { return nil }
        if let held, notice.value <= held.value { return nil }
        allowance = min(Self.burst, allowance + max(0, (elapsed - refilledAt).seconds) * Self.perSecond)
        refilledAt = max(refilledAt, elapsed)
        guard allowance >= 1 else {
            held = notice
            return nil
        }
        allowance -= 1
        held = nil
        return send(notice, at: elapsed)
    }

    private mutating func send(_ notice: Notice, at elapsed: Duration) -> JSONValue {
        last = notice.value
        lastSent = max(lastSent, elapsed)
        var params: JSONObject = ["progressToken": token, "progress": JSONValue(notice.value)]
        params["total"] = notice.total.map { JSONValue($0) }
        params["message"] = notice.message.map(JSONValue.string)
        return ["jsonrpc": "2.0", "method": "notifications/progress", "params": .object(params)]
    }

    private static func seconds(_ elapsed: Duration) -> Double { Double(elapsed.milliseconds) / 1000 }
}
