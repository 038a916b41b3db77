import LegworkCore

// What channels, redirects and deliveries look like.
extension Schema {
    private static let tellable = words(Redirect.tellable.map(\.rawValue).sorted())

    /// Where something is told.
    static let redirect = named(
        "Redirect",
        object([
            "number": count.described("Its number among the task's redirects."), "channel": text,
            "target?": text.described("Where in the channel; its own place when left out."),
            "on": array(of: tellable).described("What is told."), "max_chars?": count.described("The most characters of the result."),
            "by_rule?": flag.described("Whether a rule of the configuration made it."),
        ]).described("The wish that it be told in a channel what becomes of a task.")
    )

    /// One sending.
    static let delivery = named(
        "Delivery",
        object([
            "id": text.described("The same at every try; receivers know by it what they have had."), "task": taskID,
            "redirect": count.described("The redirect's number."), "channel": text, "target?": text, "owner": text, "tool": text,
            "title": text, "status": tellable.described("What is told of the task."),
            "state": words(["pending", "delivered", "dead"]).described("`dead` was given up; replay or drop it."),
            "tries": count, "sent": count.described("How many of its messages the channel has taken."),
            "problem?": text.described("Why it was not taken the last time."),
            "due_at?": time.described("When it is sent next, while it is pending."),
            "receipt?": any.described("What the channel said when it took the last message."), "created_at": time, "updated_at": time,
        ]).described("One sending of what became of a task to one channel.")
    )

    /// A channel as it stands.
    static let channel = named(
        "Channel",
        object([
            "name": text, "kind": text.described("Such as `slack`; empty when it is configured no more."),
            "default": flag.described("Whether it is the one for those who name none."),
            "state": words(["ok", "waiting", "blocked"]).described(
                "`waiting` is tried again by itself; what `blocked` means, somebody has to mend."
            ),
            "problem?": text, "pending": count, "dead": count, "oldest_pending?": time,
        ]).described("A channel, and how many deliveries wait for it or were given up.")
    )
}
