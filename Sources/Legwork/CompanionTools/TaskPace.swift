public import LegworkCore

/// How often it makes sense to ask after a task: seldom once it has shown that it takes long.
public enum TaskPace {
    /// The pause before the next question, by how long the task has existed: 1 second at first, 2 after half a minute, 5 after five minutes.
    public static func pause(afterAge age: Duration) -> Duration {
        if age < .seconds(30) { return .seconds(1) }
        return age < .seconds(300) ? .seconds(2) : .seconds(5)
    }

    /// The pause before the next question about a task, in milliseconds.
    public static func milliseconds(since created: Timestamp, now: Timestamp) -> Int {
        Int(pause(afterAge: now - created).milliseconds)
    }
}
