import LegworkCore
import LegworkTestKit

extension Scene {
    /// Does what its argument `do` says, or nothing.
    var agent: ClosureTool {
        ClosureTool(ToolDescriptor(name: "agent", description: "An agent.", recovery: .stop, hasInbox: true)) { [cues] arguments, context in
            began(context)
            switch arguments["do"]?.string {
            case "step": return try await step(context, cues)
            case "listen": return try await listen(context)
            case "linger": return try await linger(context, cues)
            case "ask": return try await ask(context)
            case "tell": return try await tell(context)
            case "work": return try await work(context, cues)
            default: return .text("nothing")
            }
        }
    }

    /// Starts again when its process is gone; waits until it may go, if it is told to.
    var job: ClosureTool {
        ClosureTool(ToolDescriptor(name: "job", description: "A job.", recovery: .restart)) { [cues] arguments, context in
            began(context)
            if arguments["do"]?.string == "wait" {
                cues["job"].fire()
                try await cues["job may go"].waitUnlessCancelled()
            }
            return .text("done")
        }
    }

    /// Stands for the tool that runs the commands of gates.
    var verifier: ClosureTool {
        ClosureTool(ToolDescriptor(name: "run_command", description: "Verifies.")) { _, context in
            try Self.filling.withUnsafeBytes { try context.openOutput().append($0) }
            return .text("", structured: ["exit_code": 0, "timed_out": false, "duration_ms": 1])
        }
    }

    /// Hears no cancel.
    var deaf: ClosureTool {
        ClosureTool(ToolDescriptor(name: "deaf", description: "Deaf.", recovery: .stop, cancelGrace: .seconds(3600))) { [cues] _, context in
            began(context)
            cues["deaf"].fire()
            await cues["never"].wait()
            return .text("late")
        }
    }

    /// Suspends before it answers, and is recorded before it starts.
    var answer: ClosureTool {
        ClosureTool(ToolDescriptor(name: "answer", description: "Answers.", durability: .eager)) { _, context in
            began(context)
            await Task.yield()
            return .text("42")
        }
    }
}

func began(_ context: ToolContext) { say("began \(context.taskID) \(context.attempt)") }

/// Saves how far it came, and waits in its first attempt.
private func step(_ context: ToolContext, _ cues: Cues) async throws -> ToolResult {
    let step = (context.checkpoint?.int ?? 0) + 1
    try await context.save(checkpoint: JSONValue(step))
    say("saved \(context.taskID) \(step)")
    if context.attempt == 1 {
        cues["saved \(context.taskID)"].fire()
        try await TestSignal().waitUnlessCancelled()
    }
    return .text("step \(step)")
}

/// Keeps an artifact, makes a call whose result becomes one, and waits until it may end.
private func work(_ context: ToolContext, _ cues: Cues) async throws -> ToolResult {
    let artifact = try await context.keep(Scene.filling, asArtifact: "own.txt")
    say("kept \(context.taskID) \(artifact.path)")
    context.beginToolCall(id: "one", name: "shell")
    context.endToolCall(id: "one", result: String(decoding: Scene.filling, as: UTF8.self))
    try await context.save(checkpoint: 1)
    say("called \(context.taskID) one")
    try await cues["work may end"].waitUnlessCancelled()
    return .text("worked")
}

/// Reads until it is told that this is the end.
private func listen(_ context: ToolContext) async throws -> ToolResult {
    var reading = Reading(context)
    while let message = try await reading.next(waitingAtMost: .seconds(3600)) {
        if message.content == "end" { break }
        if message.content == "acknowledge" { try await reading.acknowledge() }
    }
    return .text("heard \(reading.count)")
}

/// Takes one message in its first attempt and waits; reads what there is in those that follow.
private func linger(_ context: ToolContext, _ cues: Cues) async throws -> ToolResult {
    var reading = Reading(context)
    if context.attempt == 1 {
        _ = try await reading.next(waitingAtMost: .seconds(3600))
        cues["lingers"].fire()
        try await TestSignal().waitUnlessCancelled()
    }
    while try await reading.next(waitingAtMost: .zero) != nil {}
    return .text("heard \(reading.count)")
}

/// Asks two questions at once.
private func ask(_ context: ToolContext) async throws -> ToolResult {
    async let name = context.ask("What is it called?", key: "name")
    async let mayGo = context.ask("May it go?", key: "go")
    var words = try await name.string ?? ""
    do {
        words += " " + (try await mayGo.string ?? "")
    } catch let error as ToolError where error.code == .inputDeclined {
        words += " declined"
    }
    return .text(words)
}

/// Tells its owner three things, two of them under one key.
private func tell(_ context: ToolContext) async throws -> ToolResult {
    for (text, key) in [("half", "share"), ("all", "share"), ("oh", nil)] as [(String, String?)] {
        switch try await context.notify(text, key: key) {
        case .posted(let sequence), .coalesced(let sequence): say("posted \(sequence)")
        case let other: throw Scene.Surprise(description: "a notice was \(other)")
        }
    }
    return .text("told")
}

/// Reads messages, and says which are acknowledged.
private struct Reading {
    let context: ToolContext
    private(set) var count = 0
    private var last: String?

    init(_ context: ToolContext) { self.context = context }

    mutating func next(waitingAtMost limit: Duration) async throws -> TaskMessage? {
        if let last { say("?acked \(last)") }
        let message = try await context.nextMessage(waitingAtMost: limit)
        if let last { say("acked \(last)") }
        last = message?.id.text
        guard let last else { return nil }
        count += 1
        say("given \(last)")
        // A tool that returns has dealt with the last one too.
        if message?.content == "end" { say("?acked \(last)") }
        return message
    }

    mutating func acknowledge() async throws {
        guard let last else { return }
        say("?acked \(last)")
        try await context.acknowledgeMessages()
        say("acked \(last)")
        self.last = nil
    }
}
