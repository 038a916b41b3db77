public import LegworkCore

/// What is to be done again and again, or once later.
public struct ScheduleRequest: Sendable {
    /// The tool to call.
    public var tool: String
    /// The arguments of each call.
    public var arguments: JSONValue
    /// When. Without a zone it is ``TaskManagerConfiguration/timeZone``.
    public var when: ScheduleText
    /// A name unique among the owner's schedules.
    public var name: String?
    /// One line for people; nil lets the tool say it.
    public var title: String?
    /// What becomes of times that were missed; nil means ``CatchUp/latest``, and that a single time which is over is refused.
    public var catchUp: CatchUp?
    /// What becomes of a time that comes while the last task has not ended.
    public var overlap = ScheduleRecord.Overlap.skip
    /// Whether a task that found nothing (``ToolResult/hasNoNews``) leaves no notice and no trace.
    public var isWatcher = false
    /// The queue of its tasks.
    public var queue = TaskRecord.defaultQueue
    /// The priority of its tasks; higher goes first.
    public var priority = 0
    /// What is kept with each task.
    public var metadata = JSONObject()
    /// Where it is told what becomes of its tasks, beside what the rules say.
    public var redirects: [RedirectWish] = []

    /// Describes a schedule.
    public init(_ tool: String, _ arguments: JSONValue = .object(JSONObject()), when: ScheduleText) {
        self.tool = tool
        self.arguments = arguments
        self.when = when
    }
}
