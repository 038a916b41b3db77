import LegworkCore

/// A tool that lives on messages, and survives the process that executes it.
enum MessageFixtures {
    static let tools: [any Tool] = [collect]

    /// Collects what is sent to it until it is told `done`. What it has so far it saves, so that it can be resumed where it stood.
    private static let collect = ClosureTool(
        ToolDescriptor(
            name: "collect_messages",
            title: "Collect messages",
            description: "Collect the messages that are sent to this task, until one of them is \"done\", and give them back in order.",
            background: .always,
            recovery: .stop,
            hasInbox: true
        )
    ) { _, context in
        var collected = context.checkpoint?["messages"]?.array ?? []
        var last = context.checkpoint?["last"]?.string
        context.status("waits for messages; has \(collected.count)")
        for try await message in context.messages {
            if message.content == "done" { break }
            // A message comes again when the attempt that took it ended before it came to the next.
            if message.id.text == last { continue }
            collected.append(message.content)
            last = message.id.text
            try await context.save(checkpoint: ["messages": .array(collected), "last": .string(message.id.text)])
            context.status("waits for messages; has \(collected.count)")
        }
        return .text("\(collected.count) messages", structured: ["messages": .array(collected)])
    }
}
