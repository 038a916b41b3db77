import Legwork
import LegworkTestKit
import Testing

@Suite("What a tool says")
struct ReportLimitTests {
    @Test("as data that is too large or too deep is left out of the timeline, which says so", arguments: [0, 1])
    func emit(which: Int) async throws {
        let data = [JSONValue.string(String(repeating: "x", count: 100_000)), nested(1100)][which]
        let tool = ClosureTool(ToolDescriptor(name: "loud", description: "")) { _, context in
            context.emit("look", data: data)
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("loud")
        #expect(try await bench.end(of: record.id).status == .completed)
        let said = try #require(try await bench.events(of: record.id).first { $0.kind == .custom })
        #expect(said.data == nil)
        #expect(said.text?.hasPrefix("look") == true)
        #expect(said.text?.contains("left out") == true)
    }

    @Test("as a checkpoint that is too deep is refused")
    func checkpoint() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "deep", description: "")) { _, context in
            try await context.save(checkpoint: nested(1100))
            return .text("ok")
        }
        let bench = try Bench(tool)
        let result = try #require(try await bench.manager.call("deep", as: bench.alice).result)
        #expect(result.isError)
        #expect(result.text.contains("1000"))
    }

    @Test("as a result counts with its metadata, and must not nest too deep", arguments: [0, 1, 2])
    func result(which: Int) async throws {
        let result = [
            ToolResult(content: [.text("ok")], meta: ["log": .string(String(repeating: "x", count: 5000))]),
            ToolResult(content: [.text("ok")], structuredContent: nested(1100)),
            ToolResult(content: [.other(["type": "x", "data": nested(1100)])]),
        ][which]
        let bench = try Bench(ClosureTool(ToolDescriptor(name: "big", description: "")) { _, _ in result }) { $0.maximumResultBytes = 4000 }
        let record = try await bench.background("big")
        let ended = try await bench.end(of: record.id)
        #expect(ended.status == .failed)
        #expect(ended.result?.text.contains("write a file") == true)
    }

    @Test("comes whole and in order as long as it is not more than can be written")
    func order() async throws {
        let tool = ClosureTool(ToolDescriptor(name: "busy", description: "")) { _, context in
            for number in 0..<450 { context.emit("\(number)") }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("busy")
        _ = try await bench.end(of: record.id)
        let said = try await bench.events(of: record.id).filter { $0.kind == .custom }.map(\.text)
        #expect(said == (0..<450).map { "\($0)" })
    }

    @Test("while it tidies up after a cancel is kept")
    func afterCancel() async throws {
        let began = TestSignal()
        let tool = ClosureTool(ToolDescriptor(name: "tidy", description: "")) { _, context in
            began.fire()
            do { try await TestSignal().waitUnlessCancelled() } catch { context.emit("tidied up") }
            try context.checkCancellation()
            return .text("")
        }
        let bench = try Bench(tool)
        let record = try await bench.background("tidy")
        await began.wait()
        _ = try await bench.manager.cancel(record.id, in: bench.alice.scope)
        #expect(try await bench.end(of: record.id).status == .cancelled)
        let events = try await bench.events(of: record.id)
        #expect(events.suffix(2).map(\.kind) == [.custom, .cancelled])
        #expect(events.dropLast().last?.text == "tidied up")
    }

    @Test("is written while it goes on, in few writes, and nothing is read for it")
    func cost() async throws {
        let (said, mayGoOn) = ((0..<3).map { _ in TestSignal() }, (0..<3).map { _ in TestSignal() })
        let tool = ClosureTool(ToolDescriptor(name: "busy", description: "")) { _, context in
            for round in 0..<3 {
                for number in 0..<100 { context.emit("\(round).\(number)") }
                said[round].fire()
                await mayGoOn[round].wait()
            }
            return .text("ok")
        }
        let bench = try Bench(tool)
        let held = (1...2).map { bench.store.hold(.commit, .after, at: $0) }
        let record = try await bench.background("busy")
        await said[0].wait()
        await bench.pass(.milliseconds(250))
        await held[0].reached.wait()
        let reads = StoreOperation.allCases.filter { !$0.isWrite }
        let before = reads.map { bench.store.count(of: $0) }
        held[0].release()
        mayGoOn[0].fire()
        await said[1].wait()
        bench.clock.advance(by: .milliseconds(125))
        mayGoOn[1].fire()
        await said[2].wait()
        // What came meanwhile has not put it off.
        await bench.pass(.milliseconds(125))
        await held[1].reached.wait()
        held[1].release()
        #expect(bench.store.count(of: .commit) == 2)
        #expect(reads.map { bench.store.count(of: $0) } == before)
        #expect(try await bench.events(of: record.id).filter { $0.kind == .custom }.count == 300)
        mayGoOn[2].fire()
        #expect(try await bench.end(of: record.id).status == .completed)
    }
}
