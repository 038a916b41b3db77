import LegworkCore
import LegworkTestKit
import Testing

@testable import Legwork

@Suite("Following")
struct FeedTests {
    private typealias Line = String

    private func line(_ entry: FeedEntry) -> Line { "\(entry.event.sequence) \(entry.event.kind)" }

    private func reporting(_ mayReport: [TestSignal]) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "reporting", description: "")) { _, context in
            for (number, signal) in mayReport.enumerated() {
                await signal.wait()
                context.progress(Double(number + 1), of: Double(mayReport.count))
                if number % 2 == 1 { context.status("step \(number + 1)") }
            }
            return .text("done")
        }
    }

    @Test("an owner's feed gives what happens to all of the owner's tasks, and nothing of others, as it happens")
    func live() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool, echo())
        let start = try await bench.manager.feed(FeedQuery(in: bench.alice.scope, after: nil)).next
        var feed = bench.manager.followFeed(in: bench.alice.scope, after: start).makeAsyncIterator()
        _ = try await bench.manager.call("echo", as: bench.bob, options: .background)
        let record = try await bench.background()
        var lines: [Line] = []
        while lines.count < 2 { lines += try #require(try await feed.next()).entries.map(line) }
        #expect(lines == ["1 created", "2 started"])
        tool.mayEnd.fire()
        let end = try #require(try await feed.next())
        #expect(end.entries.map(\.event.kind) == [.completed])
        #expect(end.entries.allSatisfy { $0.task == record.id })
        let all = try await bench.manager.feed(FeedQuery(in: .operator, after: .start))
        #expect(all.entries.count == 6)
    }

    @Test("a feed tells of what is queued, though nobody executes it")
    func queued() async throws {
        let bench = try Bench(echo())
        var feed = bench.manager.followFeed(in: bench.alice.scope, after: .start).makeAsyncIterator()
        let record = try await bench.manager.submit("echo", [:], as: bench.alice)
        let first = try #require(try await feed.next())
        #expect(first.entries.map(\.task) == [record.id])
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        let second = try #require(try await feed.next())
        #expect(second.entries.last?.event.kind == .cancelled)
    }

    @Test("who follows slowly gets everything from the store, a bounded number at once, in order and once")
    func slow() async throws {
        let bench = try Bench(echo())
        var feed = bench.manager.followFeed(in: bench.alice.scope, after: .start, limit: 10).makeAsyncIterator()
        var expected: [TaskID] = []
        for _ in 0..<50 {
            let record = try await bench.manager.submit("echo", [:], as: bench.alice)
            _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
            expected += [record.id, record.id, record.id]
        }
        var seen: [FeedEntry] = []
        while seen.count < 150 {
            let batch = try #require(try await feed.next())
            #expect(batch.entries.count <= 10)
            seen += batch.entries
        }
        #expect(seen.map(\.task) == expected)
        #expect(Set(seen.map(\.position)).count == 150)
    }

    @Test("progress reaches who follows, the newest of each task, behind the entries before it")
    func progress() async throws {
        let signals = (0..<4).map { _ in TestSignal() }
        let bench = try Bench(reporting(signals))
        let record = try await bench.background("reporting")
        var feed = bench.manager.followFeed(in: bench.alice.scope, after: .start).makeAsyncIterator()
        var task = bench.manager.followEvents(EventQuery(of: record.id, in: bench.alice.scope)).makeAsyncIterator()
        _ = try await task.next()
        _ = try await feed.next()
        for (number, signal) in signals.enumerated() {
            signal.fire()
            if number < 3 { await bench.pass(.milliseconds(250)) }
            var told: [ProgressReport] = []
            while told.isEmpty, let batch = try await feed.next() {
                told = batch.progress
                if batch.entries.contains(where: { $0.event.kind == .completed }) { break }
            }
            if number < 3 { #expect(told.map(\.progress) == [TaskProgress(done: Double(number + 1), total: 4)]) }
        }
        var batches: [TaskEventBatch] = []
        while let batch = try await task.next() { batches.append(batch) }
        #expect(batches.last?.isLast == true)
        #expect(batches.last?.record.status == .completed)
        let events = try await bench.events(of: record.id)
        #expect(batches.flatMap(\.events) == Array(events.dropFirst(2)))
    }

    @Test("a task's timeline is followed to its end from any place, each entry once, and is over for who comes later")
    func task() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        let scope = bench.alice.scope
        async let whole = bench.manager.followEvents(EventQuery(of: record.id, in: scope, limit: 1)).reduce(into: []) { $0 += $1.events }
        var rest = bench.manager.followEvents(EventQuery(of: record.id, in: scope, after: 2)).makeAsyncIterator()
        let standing = try #require(try await rest.next())
        #expect(standing.events == [])
        #expect(standing.record.status == .running)
        tool.mayEnd.fire()
        let last = try #require(try await rest.next())
        #expect(last.events.map(\.kind) == [.completed])
        #expect(last.isLast)
        #expect(try await rest.next() == nil)
        let events = try await bench.events(of: record.id)
        #expect(try await whole == events)
        var late = bench.manager.followEvents(EventQuery(of: record.id, in: scope, after: 3)).makeAsyncIterator()
        #expect(try await late.next()?.isLast == true)
        #expect(try await late.next() == nil)
    }

    @Test("nobody follows a task of another owner, or none")
    func foreign() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let record = try await bench.background()
        for (id, scope) in [(record.id, bench.bob.scope), (.random(), Scope.operator)] {
            var sequence = bench.manager.followEvents(EventQuery(of: id, in: scope)).makeAsyncIterator()
            let error = await #expect(throws: TaskManagerError.self) { _ = try await sequence.next() }
            #expect(error?.code == .notFound)
        }
        tool.mayEnd.fire()
    }

    @Test("a look at a feed waits for an entry that is wanted, and ends without one when its time is over")
    func waiting() async throws {
        let bench = try Bench(echo())
        let query = FeedQuery(in: bench.alice.scope, after: .start)
        async let wanted = bench.manager.feed(query, waitingAtMost: .seconds(60)) { $0.event.kind == .cancelled }
        await bench.clock.sleeperDue(within: .seconds(60))
        let record = try await bench.manager.submit("echo", [:], as: bench.alice)
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        let page = try await wanted
        #expect(page.entries.map(line) == ["3 cancelled"])
        let rest = FeedQuery(in: bench.alice.scope, after: page.next)
        async let none = bench.manager.feed(rest, waitingAtMost: .seconds(20))
        await bench.clock.sleeperDue(within: .seconds(20))
        bench.clock.advance(by: .seconds(20))
        #expect(try await none == FeedPage([], next: page.next, hasGap: false))
        #expect(try await bench.manager.feed(rest) == FeedPage([], next: page.next, hasGap: false))
    }

    @Test("a wait for a change ends with it, at once when it is there already, and with the version that was seen when the time is over")
    func change() async throws {
        let tool = ScriptedTool()
        let bench = try Bench(tool)
        let (record, scope) = (try await bench.background(), bench.alice.scope)
        let seen = try await bench.manager.task(record.id, in: scope).version
        let known = try await bench.manager.waitForChange(of: record.id, from: seen - 1, atMost: .seconds(60), in: scope)
        #expect(known.version == seen)
        async let late = bench.manager.waitForChange(of: record.id, from: seen, atMost: .seconds(20), in: scope)
        await bench.clock.sleeperDue(within: .seconds(20))
        bench.clock.advance(by: .seconds(20))
        #expect(try await late.version == seen)
        async let changed = bench.manager.waitForChange(of: record.id, from: seen, atMost: .seconds(60), in: scope)
        await bench.clock.sleeperDue(within: .seconds(60))
        tool.mayEnd.fire()
        #expect(try await changed.status == .completed)
    }

    @Test("ends when the manager has shut down, and with the caller's own cancellation")
    func ending() async throws {
        let bench = try Bench(echo())
        let following = Task { try await bench.manager.followFeed(in: .operator, after: .start).reduce(into: 0) { $0 += $1.entries.count } }
        let leaving = Task { try await bench.manager.followFeed(in: .operator, after: .start).reduce(into: 0) { $0 += $1.entries.count } }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        await bench.manager.shutdown()
        #expect(try await following.value == 0)
    }
}

@Suite("The progress that is told between entries")
struct ProgressNewsTests {
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    @Test("waits for who follows, as the newest of each task, and goes with the task's end")
    func rules() throws {
        var news = ProgressNews()
        var records = (0..<3).map { _ in
            TaskRecord(
                id: .random(),
                tool: "x",
                title: "",
                caller: Caller(owner: "a"),
                arguments: [:],
                lifecycle: .promoted,
                createdAt: start
            )
        }
        for record in records { news.note(record) }
        #expect(news.take() == [])
        for index in records.indices {
            for step in 1...3 {
                records[index].progress = TaskProgress(done: Double(step), total: 3)
                records[index].touch(at: start + .seconds(Int64(index)))
                news.note(records[index])
            }
        }
        _ = try records[1].apply(.completed, at: start + .seconds(9))
        news.note(records[1])
        #expect(news.take().map(\.task) == [records[0].id, records[2].id])
        news.note(records[0])
        #expect(news.take() == [])
    }

    @Test("is bounded: of too many tasks some are told later")
    func bounded() {
        var news = ProgressNews()
        for _ in 0..<1000 {
            var record = TaskRecord(id: .random(), tool: "x", title: "", caller: Caller(owner: "a"), arguments: [:], createdAt: start)
            record.progress = TaskProgress(done: 1, total: nil)
            news.note(record)
        }
        #expect(news.take().count == ProgressNews.maximumTasks)
        #expect(news.take() == [])
    }
}
