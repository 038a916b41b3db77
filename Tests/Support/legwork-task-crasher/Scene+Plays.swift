import Legwork
import LegworkCore
import LegworkTestKit

extension Scene {
    /// Starts tasks in every way, with names, keys, a parent and a run that is closed.
    func spawn() async throws {
        let manager = try newManager()
        try await running(manager) {
            let mayEnd = cues["may end"]
            let parent = try await manager.spawnAgent("A parent", as: alice, options: keyed("boss")) { context in
                began(context)
                await mayEnd.wait()
                return .text("boss")
            }.task.id
            say("task \(parent) boss")
            let again = try await manager.spawn("Another", as: alice, options: keyed("boss")) { _ in .text("never") }
            say("task \(again.task.id) boss")
            let child = try await manager.spawn("A child", as: alice, options: keyed("child", under: parent)) { context in
                began(context)
                return .text("child")
            }.task.id
            say("task \(child) child")
            let agent = try await background(manager, "agent", "agent")
            var queued = SubmitOptions()
            queued.name = "queued"
            queued.idempotencyKey = "queued"
            let job = try await manager.submit("job", as: alice, options: queued).id
            say("task \(job) queued")

            var ofRun = keyed("runner")
            ofRun.lineage = Lineage(run: "run")
            let runner = try await manager.spawn("A member of a run", as: alice, options: ofRun) { context in
                began(context)
                try await TestSignal().waitUnlessCancelled()
                return .text("never")
            }.task.id
            say("task \(runner) runner")
            for receipt in try await manager.cancelRun("run", of: alice.owner).receipts where receipt.disposition != .alreadyFinished {
                say("cancelled \(receipt.id)")
            }
            say("closed run")
            mayEnd.fire()
            for id in [parent, child, agent, job, runner] { try await awaitEnd(manager, of: id) }
        }
    }

    /// Ends tasks in every way, with messages that nobody read and notices that nobody acknowledged.
    func finish() async throws {
        let manager = try newManager()
        try await running(manager) {
            let good = try await manager.spawn("Good", as: alice, options: keyed("good")) { context in
                began(context)
                _ = try await context.notify("on it")
                return .text("good")
            }.task.id
            say("task \(good) good")
            let bad = try await manager.spawn("Bad", as: alice, options: keyed("bad")) { _ in .error("bad") }.task.id
            say("task \(bad) bad")
            let thrown = try await manager.spawn("Thrown", as: alice, options: keyed("thrown")) { _ in
                throw Surprise(description: "thrown")
            }.task.id
            say("task \(thrown) thrown")
            let obedient = try await manager.spawn("Obedient", as: alice, options: keyed("obedient")) { _ in
                try await TestSignal().waitUnlessCancelled()
                return .text("never")
            }.task.id
            say("task \(obedient) obedient")
            try await cancel(manager, obedient)
            let mayEnd = cues["may end"]
            let unread = try await manager.spawnAgent("Unread", as: alice, options: keyed("unread")) { _ in
                await mayEnd.wait()
                return .text("unread")
            }.task.id
            say("task \(unread) unread")
            try await send(manager, "one", to: unread, as: "one")
            try await send(manager, "two", to: unread, as: "two")
            mayEnd.fire()
            for id in [good, bad, thrown, obedient, unread] { try await awaitEnd(manager, of: id) }

            // The answer to a call acknowledges the notice of its end.
            var options = CallOptions()
            options.id = .random()
            guard let id = options.id else { return }
            say("?told \(id)")
            guard let result = try await manager.call("answer", as: alice, options: options).result else {
                throw Surprise(description: "a call became a task")
            }
            say("ended \(id) completed \(result.text)")
        }
        // A shutdown waits until the end is acknowledged.
    }

    /// Has two tasks stopped by a shutdown, and resumes both, one of them twice at once.
    func resume() async throws {
        let first = try newManager()
        let one = try await background(first, "agent", "one", doing: "step")
        let two = try await background(first, "agent", "two", doing: "step")
        for id in [one, two] { await cues["saved \(id)"].wait() }
        await first.shutdown()

        let second = try newManager()
        try await running(second) {
            async let once = second.resume(one, in: alice.scope)
            async let twice = second.resume(one, in: alice.scope)
            for record in try await [once, twice] { say("resumed \(record.id) \(record.attempts)") }
            say("resumed \(two) \(try await second.resume(two, in: alice.scope).attempts)")
            for id in [one, two] { try await awaitEnd(second, of: id) }
        }
    }

    /// Sends messages that are read and acknowledged one by one, and some that become dead letters and are replayed.
    func messages() async throws {
        let manager = try newManager()
        try await running(manager) {
            let listener = try await background(manager, "agent", "listener", doing: "listen")
            for (message, text) in [("one", "one"), ("two", "acknowledge"), ("three", "three")] {
                try await send(manager, text, to: listener, as: message)
            }
            try await send(manager, "three", to: listener, as: "three")
            let mayFail = cues["may fail"]
            let doomed = try await manager.spawnAgent("Doomed", as: alice, options: .named("doomed")) { _ in
                await mayFail.wait()
                throw Surprise(description: "doomed")
            }.task.id
            say("task \(doomed)")
            try await send(manager, "four", to: doomed, as: "four")
            try await send(manager, "five", to: doomed, as: "five")
            mayFail.fire()
            try await awaitEnd(manager, of: doomed)

            var options = CallOptions.background
            options.name = "doomed"
            guard let heir = try await manager.call("agent", ["do": "listen"], as: alice, options: options).task?.id else { return }
            say("task \(heir)")
            guard try await manager.replayDeadLetters(in: alice.scope).sent == 2 else {
                throw Surprise(description: "dead letters are not there")
            }
            try await send(manager, "end", to: heir, as: "six")
            try await awaitEnd(manager, of: heir)
            say("acked six")
            try await send(manager, "end", to: listener, as: "seven")
            try await awaitEnd(manager, of: listener)
            say("acked seven")
        }
    }

    /// Answers one of two questions and declines the other.
    func questions() async throws {
        let manager = try newManager()
        try await running(manager) {
            let asker = try await background(manager, "agent", "asker", doing: "ask")
            try await awaitQuestions(manager, of: asker)
            try await manager.answer(asker, ["name": "Legwork"], in: alice.scope)
            say("answered \(asker) name Legwork")
            try await manager.decline(asker, ["go"], in: alice.scope)
            say("answered \(asker) go declined")
            try await awaitEnd(manager, of: asker)
        }
    }

    /// Follows the notices of one task and acknowledges each; leaves alone those of another.
    func notices() async throws {
        let manager = try newManager()
        try await running(manager) {
            let notices = manager.followNotices(for: alice.owner)
            let followed = try await background(manager, "agent", "followed", doing: "tell")
            following: for try await batch in notices {
                for notice in batch {
                    say("seen \(notice.sequence)")
                    if notice.kind.isTerminal { say("?told \(notice.task)") }
                    say("?noted \(notice.sequence)")
                    try await manager.acknowledge(.sequences([notice.sequence]), for: alice.owner)
                    say("noted \(notice.sequence)")
                    if notice.kind.isTerminal { say("told \(notice.task)") }
                    if notice.task == followed, notice.kind.isTerminal { break following }
                }
            }
            let other = try await background(manager, "agent", "other", doing: "tell")
            try await awaitEnd(manager, of: other)
            for notice in try await manager.notices(for: alice.owner) { say("seen \(notice.sequence)") }
        }
    }

    /// Leaves tasks of every kind as a process does that dies while they run.
    func leave() async throws {
        let manager = try newManager()
        let lingerer = try await background(manager, "agent", "lingerer", doing: "linger")
        for message in ["one", "two", "three"] { try await send(manager, message, to: lingerer, as: message) }
        await cues["lingers"].wait()
        let stepper = try await background(manager, "agent", "stepper", doing: "step")
        await cues["saved \(stepper)"].wait()
        let asker = try await background(manager, "agent", "asker", doing: "ask")
        try await awaitQuestions(manager, of: asker)
        _ = try await background(manager, "job", "job", doing: "wait")
        await cues["job"].wait()
        let deaf = try await background(manager, "deaf", "deaf")
        await cues["deaf"].wait()
        try await cancel(manager, deaf)
        let never = cues["never"]
        let closure = try await manager.spawnAgent("A closure", as: alice, options: keyed("closure")) { _ in
            await never.wait()
            return .text("never")
        }.task.id
        say("task \(closure) closure")
        try await send(manager, "four", to: closure, as: "four")
        var queued = SubmitOptions()
        queued.name = "queued"
        queued.idempotencyKey = "queued"
        say("task \(try await manager.submit("job", as: alice, options: queued).id) queued")
        Death.come()
    }

    /// Recovers what a process left, lets all that stopped go on, and answers what is asked.
    func recover() async throws {
        cues["job may go"].fire()
        let manager = try newManager()
        try await manager.recover()
        try await running(manager) {
            let (resumed, _) = try await manager.resumeStopped(of: alice.owner) { _ in .allow }
            for record in resumed { say("resumed \(record.id) \(record.attempts)") }
            for record in resumed where record.arguments["do"] == "ask" {
                for (key, text) in [("name", "Legwork"), ("go", "yes")] {
                    try await manager.answer(record.id, [key: .string(text)], in: alice.scope)
                    say("answered \(record.id) \(key) \(text)")
                }
            }
            for task in try await manager.tasks(TaskQuery(in: alice.scope)).tasks { try await awaitEnd(manager, of: task.id) }
        }
    }
}
