import Legwork
import LegworkCore
import LegworkTestKit
import Testing

@Suite("Redirecting a task")
struct RedirectingTests {
    private let channel = ScriptedChannel()

    private func entry(_ name: String = "ops", change: (inout ChannelEntry) -> Void = { _ in }) -> ChannelEntry {
        var entry = ChannelEntry(name, kind: "scripted", channel)
        change(&entry)
        return entry
    }

    private func error(of body: () async throws -> Void) async -> TaskManagerError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? TaskManagerError
        }
    }

    // MARK: - One task

    @Test("that is executed is told when it ends, also when its result comes after a restart")
    func live() async throws {
        let tool = ScriptedTool()
        let bench = try DeliveryBench([entry()], tools: [tool])
        try await bench.running {
            let task = try #require(try await bench.manager.call("scripted", as: bench.alice, options: .background).task)
            let wish = RedirectWish(to: "ops")
            let receipt = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: bench.alice.scope)
            #expect((receipt.isNew, receipt.redirect.number, receipt.delivery) == (true, 1, nil))
            let again = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: bench.alice.scope)
            #expect((again.isNew, again.redirect) == (false, receipt.redirect))
            tool.mayEnd.fire()
            await channel.hasTaken(1)
            #expect(channel.taken.first?.content.text == "done")
        }
        #expect(channel.tried.count == 1)
    }

    @Test("that has ended is told at once, once")
    func ended() async throws {
        let bench = try DeliveryBench([entry()])
        try await bench.running {
            let task = try await bench.end()
            let failures = RedirectWish(to: "ops", on: [.failed])
            #expect(try await bench.manager.redirect("\(task.id)", to: failures, as: bench.alice, in: .operator).delivery == nil)
            let wish = RedirectWish(to: "ops")
            let receipt = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator)
            #expect(receipt.delivery?.content.status == .completed)
            #expect(try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator).delivery == nil)
            await channel.hasTaken(1)
            let (redirects, deliveries) = try await bench.manager.redirects(of: "\(task.id)", in: bench.alice.scope)
            #expect(redirects.map(\.statuses) == [[.failed], Redirect.ends])
            #expect(deliveries.map(\.id) == [receipt.delivery?.id])
        }
        #expect(channel.tried.count == 1)
    }

    @Test("can be taken back, one or all")
    func removed() async throws {
        let tool = ScriptedTool()
        let bench = try DeliveryBench([entry(), entry("chat")], tools: [tool])
        try await bench.running {
            let task = try #require(try await bench.manager.call("scripted", as: bench.alice, options: .background).task)
            let reference = "\(task.id)"
            for name in ["ops", "chat"] {
                _ = try await bench.manager.redirect(reference, to: RedirectWish(to: name), as: bench.alice, in: .operator)
            }
            #expect(try await bench.manager.removeRedirects(of: reference, number: 7, in: .operator) == 0)
            #expect(try await bench.manager.removeRedirects(of: reference, number: 1, in: .operator) == 1)
            #expect(try await bench.manager.redirects(of: reference, in: .operator).redirects.map(\.channel) == ["chat"])
            #expect(try await bench.manager.removeRedirects(of: reference, in: .operator) == 1)
            tool.mayEnd.fire()
            #expect(try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: .operator).status == .completed)
        }
        #expect(try await bench.deliveries() == [])
    }

    @Test("has a bound, and nobody redirects what he may not see")
    func bounds() async throws {
        let bench = try DeliveryBench([entry { $0.targets = .any }])
        let task = try await bench.end()
        for room in 1...Redirect.maximumCount {
            _ = try await bench.manager.redirect(
                "\(task.id)",
                to: RedirectWish(to: "ops", target: "\(room)"),
                as: bench.alice,
                in: .operator
            )
        }
        let wish = RedirectWish(to: "ops")
        let full = await error { _ = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator) }
        #expect(full?.code == .tooManyRedirects)
        let bob = Caller(owner: "bob")
        let foreign = await error { _ = try await bench.manager.redirect("\(task.id)", to: wish, as: bob, in: bob.scope) }
        #expect(foreign?.code == .notFound)
        var options = CallOptions.background
        options.redirects = (0...Redirect.maximumCount).map { RedirectWish(to: "ops", target: "\($0)") }
        let many = await error { _ = try await bench.manager.call("echo", as: bob, options: options) }
        #expect(many?.code == .tooManyRedirects)
        #expect(try await bench.manager.counts(in: bob.scope).total == 0)
    }

    // MARK: - What is permitted

    @Test("to a channel that he may not use looks like one to a channel that is not there")
    func permission() async throws {
        let secret = entry("secret") { $0.access = ChannelAccess(owners: ["team-*"]) }
        let discord = entry("chat") { $0.access = ChannelAccess(platforms: ["discord"]) }
        let bench = try DeliveryBench([entry(), secret, discord])
        let task = try await bench.end()
        var messages: Set<String> = []
        for name in ["secret", "chat", "none"] {
            let fault = await error {
                _ = try await bench.manager.redirect("\(task.id)", to: RedirectWish(to: name), as: bench.alice, in: .operator)
            }
            #expect(fault?.code == .noChannel)
            messages.insert(fault?.message.replacing("'\(name)'", with: "") ?? "")
        }
        #expect(messages.count == 1)
        #expect(messages.first?.contains("'ops'") == true)
        #expect(messages.first?.contains("secret") == false)
        let visitor = Caller(owner: "team-1", origin: Caller.Origin(platform: "discord"))
        #expect(try await bench.manager.channels(for: visitor).map(\.name) == ["chat", "ops", "secret"])
        #expect(try await bench.manager.channels(for: bench.alice).map(\.name) == ["ops"])
    }

    @Test("to a place in a channel needs one that takes it")
    func targets() async throws {
        let listed = entry("listed") { $0.targets = .listed(["room", "hall"]) }
        let open = entry("open") { $0.targets = .any }
        let bench = try DeliveryBench([entry(), listed, open])
        let task = try await bench.end()
        func redirect(_ channel: String, _ target: String) async -> TaskManagerError.Code? {
            await error {
                _ = try await bench.manager.redirect(
                    "\(task.id)",
                    to: RedirectWish(to: channel, target: target),
                    as: bench.alice,
                    in: .operator
                )
            }?.code
        }
        #expect(await redirect("ops", "room") == .invalidArgument)
        #expect(await redirect("listed", "cellar") == .invalidArgument)
        #expect(await redirect("listed", "hall") == nil)
        #expect(await redirect("open", "anything") == nil)
        #expect(await redirect("open", "") == .invalidArgument)
        #expect(await redirect("open", "a\nb") == .invalidArgument)
        #expect(await redirect("open", String(repeating: "x", count: 257)) == .invalidArgument)
    }

    @Test("with a wish that makes no sense is refused")
    func nonsense() async throws {
        let bench = try DeliveryBench([entry()])
        let task = try await bench.end()
        let wishes = [
            RedirectWish(to: "ops", on: []), RedirectWish(to: "ops", on: [.running]), RedirectWish(to: "ops", maximumCharacters: 0),
            RedirectWish(to: "ops", maximumCharacters: .max),
        ]
        for wish in wishes {
            let fault = await error { _ = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator) }
            #expect(fault?.code == .invalidArgument)
        }
    }

    @Test("without naming a channel goes where a rule says, which may be where the caller is")
    func standard() async throws {
        let rules = [
            RedirectRule(platform: "discord", isDefault: true, Redirect(to: "chat", target: "origin", maximumCharacters: 99)),
            RedirectRule(owners: ["team-*"], isDefault: true, Redirect(to: "ops")),
        ]
        let bench = try DeliveryBench([entry(), entry("chat") { $0.targets = .any }], rules: rules)
        let task = try await bench.end()
        func redirect(_ caller: Caller, _ wish: RedirectWish = RedirectWish()) async throws -> Redirect {
            try await bench.manager.redirect("\(task.id)", to: wish, as: caller, in: .operator).redirect
        }
        let visitor = Caller(owner: "team-1", origin: Caller.Origin(platform: "discord", channel: "#room"))
        let first = try await redirect(visitor)
        #expect((first.channel, first.target, first.maximumCharacters, first.isStanding) == ("chat", "#room", 99, false))
        #expect(try await redirect(visitor, RedirectWish(target: "#other")).target == "#other")
        // Nobody knows where in the platform he is.
        let nowhere = Caller(owner: "team-1", origin: Caller.Origin(platform: "discord"))
        #expect(try await redirect(nowhere).channel == "ops")
        let fault = await error { _ = try await redirect(bench.alice) }
        #expect(fault?.code == .noChannel)
        #expect(fault?.message.contains("'chat', 'ops'") == true)
        #expect(try await bench.manager.channels(for: visitor).filter(\.isDefault).map(\.name) == ["chat"])
        #expect(try await bench.manager.channels(for: nil).filter(\.isDefault).map(\.name) == ["chat", "ops"])
    }

    // MARK: - Rules

    @Test(
        "is done by rules for every task that they fit, however it is made",
        arguments: ["call", "submit", "spawn", "schedule", "promoted"]
    )
    func standing(way: String) async throws {
        let tool = ScriptedTool()
        let rules = [
            RedirectRule(queue: "nightly", Redirect(to: "ops", on: [.failed])), RedirectRule(owners: ["al*"], Redirect(to: "ops")),
            RedirectRule(owners: ["bob"], Redirect(to: "ops")), RedirectRule(tool: "other", Redirect(to: "ops")),
            RedirectRule(Redirect(to: "gone")),
        ]
        let bench = try DeliveryBench([entry()], tools: [tool, echo()], rules: rules)
        try await bench.running {
            switch way {
            case "call": try await bench.end()
            case "submit": _ = try await bench.manager.submit("echo", as: bench.alice)
            case "spawn": try await bench.manager.spawn("work", as: bench.alice) { _ in .text("ok") }
            case "schedule":
                var request = ScheduleRequest("echo", when: ScheduleText(every: "1h"))
                request.redirects = []
                let schedule = try await bench.manager.schedule(request, as: bench.alice)
                _ = try await bench.manager.runSchedule("\(schedule.id)", in: .operator)
            default:
                async let outcome = bench.manager.call("scripted", as: bench.alice)
                await tool.began.wait()
                await bench.pass(.seconds(10))
                #expect(try await outcome.task?.redirects.count == 1)
                tool.mayEnd.fire()
            }
            await channel.hasTaken(1)
        }
        let task = try await bench.manager.task(try #require(channel.taken.first).content.task, in: .operator)
        #expect(task.redirects.map(\.isStanding) == [true])
        #expect(bench.problems.all.count == 1)
        #expect(bench.problems.all.first?.contains("'gone'") == true)
    }

    @Test("can be asked for with a schedule, of which every task is told")
    func scheduled() async throws {
        let bench = try DeliveryBench([entry()])
        try await bench.running {
            var request = ScheduleRequest("echo", when: ScheduleText(every: "1h"))
            request.redirects = [RedirectWish(to: "none")]
            let fault = await error { [request] in _ = try await bench.manager.schedule(request, as: bench.alice) }
            #expect(fault?.code == .noChannel)
            request.redirects = [RedirectWish(to: "ops")]
            let schedule = try await bench.manager.schedule(request, as: bench.alice)
            for count in 1...2 {
                _ = try await bench.manager.runSchedule("\(schedule.id)", in: .operator)
                await channel.hasTaken(count)
            }
        }
        #expect(Set(channel.taken.map(\.content.task)).count == 2)
    }

    @Test("by a rule is not done again when the task is tried again")
    func retried() async throws {
        let failing = ClosureTool(ToolDescriptor(name: "failing", description: "")) { _, _ in throw ToolFault(description: "no") }
        let bench = try DeliveryBench([entry()], tools: [failing], rules: [RedirectRule(Redirect(to: "ops", on: [.failed]))])
        try await bench.running {
            let task = try await bench.manager.submit("failing", as: bench.alice)
            await channel.hasTaken(1)
            _ = try await bench.manager.retry(task.id, in: .operator)
            await channel.hasTaken(2)
            #expect(try await bench.manager.task(task.id, in: .operator).redirects.count == 1)
        }
        #expect(Set(channel.taken.map(\.key)).count == 2)
    }

    @Test("by a rule tells nothing when the caller gets the end as the answer; what somebody asked for is told all the same")
    func answered() async throws {
        let tool = echo { $0.durability = .eager }
        let bench = try DeliveryBench([entry(), entry("chat")], tools: [tool], rules: [RedirectRule(Redirect(to: "ops"))])
        try await bench.running {
            let first = try await bench.manager.call("echo", as: bench.alice)
            #expect(first.result != nil)
            var options = CallOptions()
            options.redirects = [RedirectWish(to: "chat")]
            let second = try await bench.manager.call("echo", as: bench.alice, options: options)
            #expect(second.result != nil)
            await channel.hasTaken(1)
        }
        #expect(try await bench.deliveries().map(\.channel) == ["chat"])
    }

    @Test("that a rule kept back from nobody but a caller who knew is told once when somebody asks for it, and not again")
    func askedAfterAll() async throws {
        let tool = echo { $0.durability = .eager }
        let bench = try DeliveryBench([entry()], tools: [tool], rules: [RedirectRule(Redirect(to: "ops"))])
        try await bench.running {
            _ = try await bench.manager.call("echo", as: bench.alice)
            let task = try #require(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.first)
            let wish = RedirectWish(to: "ops")
            let receipt = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator)
            #expect(receipt.isNew == false && receipt.delivery != nil)
            await channel.hasTaken(1)
            #expect(try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator).delivery == nil)
        }
        #expect(try await bench.deliveries().count == 1)
    }

    @Test("that a rule tells of is told once when somebody asks for it at the moment of its end")
    func raced() async throws {
        let tool = ScriptedTool()
        let bench = try DeliveryBench([entry()], tools: [tool], rules: [RedirectRule(Redirect(to: "ops"))])
        try await bench.running {
            let task = try #require(try await bench.manager.call("scripted", as: bench.alice, options: .background).task)
            let held = bench.store.hold(.deliveries, .after)
            async let asked = bench.manager.redirect("\(task.id)", to: RedirectWish(to: "ops"), as: bench.alice, in: .operator)
            await held.reached.wait()
            tool.mayEnd.fire()
            await channel.hasTaken(1)
            held.release()
            let receipt = try await asked
            #expect((receipt.isNew, receipt.delivery) == (false, nil))
        }
        #expect(try await bench.deliveries().count == 1)
        #expect(channel.tried.count == 1)
    }

    /// A call whose end is written, and not yet its caller's answer.
    private func heldCall(_ bench: DeliveryBench) async throws -> (call: Task<CallOutcome, any Error>, end: HeldOperation) {
        let held = bench.store.hold(.commit, .after)
        let call = Task { try await bench.manager.call("echo", as: bench.alice) }
        await held.reached.wait()
        return (call, held)
    }

    /// Runs a body while a call, of which a rule tells, has its end written and not yet as its caller's answer.
    private func whileAnswering(
        _ body: (DeliveryBench, TaskSummary, Task<CallOutcome, any Error>, HeldOperation) async throws -> Void
    ) async throws -> DeliveryBench {
        let tool = echo { $0.durability = .eager }
        let bench = try DeliveryBench([entry()], tools: [tool], rules: [RedirectRule(Redirect(to: "ops"))])
        try await bench.running {
            let (call, end) = try await heldCall(bench)
            let task = try #require(try await bench.manager.tasks(TaskQuery(in: .operator)).tasks.first)
            try await body(bench, task, call, end)
        }
        return bench
    }

    @Test("by a rule tells the end when the process dies before the caller has it as the answer")
    func died() async throws {
        let tool = echo { $0.durability = .eager }
        let store = FaultyStore(MemoryTaskStore(), isShared: true)
        let rules = [RedirectRule(Redirect(to: "ops"))]
        let dying = try DeliveryBench([entry()], tools: [tool], rules: rules, over: store)
        let next = try DeliveryBench([entry()], tools: [tool], rules: rules, clock: dying.clock, over: store)
        let (call, end) = try await heldCall(dying)
        try await next.running {
            let delivery = try #require(try await next.deliveries().first)
            #expect(delivery.isHeldBack && delivery.dueAt == next.clock.now + .seconds(60))
            await next.pass(.seconds(60))
            await channel.hasTaken(1)
            await next.recorded(2)
        }
        // It did not die, but was only very slow: what is told is told.
        end.release()
        _ = try await call.value
        await dying.manager.shutdown()
        #expect(try await next.deliveries().map(\.state) == [.delivered])
    }

    @Test("that a rule holds back for a caller is told once, at once, when somebody asks for it before he has the answer")
    func askedMeanwhile() async throws {
        let bench = try await whileAnswering { bench, task, call, end in
            let wish = RedirectWish(to: "ops")
            let receipt = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator)
            #expect(receipt.delivery != nil)
            await channel.hasTaken(1)
            end.release()
            _ = try await call.value
        }
        #expect(try await bench.deliveries().map(\.state) == [.delivered])
        #expect(channel.tried.count == 1)
    }

    @Test("that a rule holds back is asked for also when the store cannot say at once that it is to be sent: it stays, and is sent later")
    func askedOfFullStore() async throws {
        let bench = try await whileAnswering { bench, task, call, end in
            bench.store.fail(.commitDelivery, times: 1)
            let wish = RedirectWish(to: "ops")
            let receipt = try await bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator)
            #expect(receipt.delivery == nil)
            end.release()
            _ = try await call.value
        }
        let left = try await bench.deliveries()
        #expect(left.map(\.state) == [.pending] && left.first?.isHeldBack == true)
    }

    @Test("that a rule held back is told once when somebody asks for it while that is withdrawn")
    func askedAtWithdrawal() async throws {
        let bench = try await whileAnswering { bench, task, call, end in
            let asking = bench.store.hold(.deliveries, .after)
            let withdrawn = bench.store.hold(.commit, .after)
            let wish = RedirectWish(to: "ops")
            async let asked = bench.manager.redirect("\(task.id)", to: wish, as: bench.alice, in: .operator)
            await asking.reached.wait()
            end.release()
            _ = try await call.value
            await withdrawn.reached.wait()
            #expect(try await bench.deliveries().isEmpty)
            withdrawn.release()
            asking.release()
            let receipt = try await asked
            #expect(receipt.delivery != nil)
            await channel.hasTaken(1)
        }
        #expect(try await bench.deliveries().map(\.state) == [.delivered])
        #expect(channel.tried.count == 1)
    }

    @Test("by a rule tells the end after all when the caller left while it was written")
    func missed() async throws {
        let tool = ScriptedTool(ToolDescriptor(name: "scripted", description: "", durability: .eager))
        let bench = try DeliveryBench([entry()], tools: [tool], rules: [RedirectRule(Redirect(to: "ops"))])
        try await bench.running {
            var options = CallOptions()
            options.whenCallerLeaves = .promote
            let call = Task { try await bench.manager.call("scripted", as: bench.alice, options: options) }
            await tool.began.wait()
            let held = bench.store.hold(.commit)
            tool.mayEnd.fire()
            await held.reached.wait()
            call.cancel()
            _ = try? await call.value
            held.release()
            await channel.hasTaken(1)
        }
        #expect(try await bench.deliveries().map(\.state) == [.delivered])
    }

    @Test("of a call makes it a task, and is told though its caller waits")
    func call() async throws {
        let bench = try DeliveryBench([entry()])
        try await bench.running {
            var options = CallOptions()
            options.redirects = [RedirectWish(to: "ops")]
            let outcome = try await bench.manager.call("echo", as: bench.alice, options: options)
            #expect(outcome.result != nil)
            await channel.hasTaken(1)
        }
    }

    @Test("can be asked for with a submission as doors write it")
    func submitted() async throws {
        let bench = try DeliveryBench([entry()])
        let options = try SubmitOptions(json: ["redirects": [["channel": "ops", "on": ["failed", "stopped"], "max_chars": 50]]])
        let task = try await bench.manager.submit("echo", as: bench.alice, options: options)
        let redirect = try #require(task.redirects.first)
        #expect((redirect.channel, redirect.statuses, redirect.maximumCharacters) == ("ops", [.failed, .stopped], 50))
        let fault = await error {
            let options = try SubmitOptions(json: ["redirects": [["channel": "none"]]])
            _ = try await bench.manager.submit("echo", as: bench.alice, options: options)
        }
        #expect(fault?.code == .noChannel)
        #expect(try await bench.manager.counts(in: .operator).total == 1)
    }
}
