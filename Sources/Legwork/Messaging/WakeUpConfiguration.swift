public import LegworkCore

/// When and how owners are woken.
public struct WakeUpConfiguration: Sendable {
    /// What wakes them.
    public var hook: any WakeUpHook
    /// How long notices are collected before the hook is called.
    public var delay: Duration = .seconds(1)
    /// How long after the first failure the hook is called again; each further one doubles it.
    public var firstRetry: Duration = .seconds(1)
    /// The longest time between two tries. There is no last try.
    public var longestRetry: Duration = .seconds(300)
    /// How long one call may take before it is cancelled and counts as failed.
    public var timeLimit: Duration = .seconds(60)
    /// How many owners are woken at once, each by one call at a time.
    public var concurrency: Int = 4

    /// The defaults with a hook.
    public init(_ hook: any WakeUpHook) { self.hook = hook }
}
