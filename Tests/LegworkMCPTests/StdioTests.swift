import Glibc
import Legwork
import LegworkTestKit
import Testing

@testable import LegworkMCP

@Suite("A server over pipes")
struct StdioTests {
    /// A server that runs, with a client's ends of its pipes.
    private final class Pipes: Sendable {
        let toServer: Int32
        let serverEnds: (input: Int32, output: Int32)
        private let lines: AsyncStream<JSONValue>

        init(readsOutput: Bool = true) throws {
            var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
            try #require(pipe(&input) == 0 && pipe(&output) == 0)
            toServer = input[1]
            serverEnds = (input[0], output[1])
            let (stream, continuation) = AsyncStream.makeStream(of: JSONValue.self)
            lines = stream
            guard readsOutput else {
                close(output[0])
                return
            }
            let descriptor = output[0]
            // Threads of their own for whatever blocks: it must not hold up the pool that the server runs on.
            let refusal = BlockingThread.start {
                var framer = LineFramer(limit: 1 << 26)
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = read(descriptor, &buffer, buffer.count)
                    guard count > 0 else { break }
                    for case .line(let line) in framer.append(Array(buffer.prefix(count))) {
                        continuation.yield((try? JSONValue(parsing: line)) ?? "not JSON: \(String(decoding: line, as: UTF8.self))")
                    }
                }
                close(descriptor)
                continuation.finish()
            }
            try #require(refusal == nil)
        }

        /// Sends lines, made one after the other.
        func send(count: Int = 1, _ make: @escaping @Sendable (Int) -> [UInt8]) async throws {
            let isSent = TestSignal()
            let descriptor = toServer
            let refusal = BlockingThread.start {
                for number in 0..<count {
                    let line = make(number) + [0x0A]
                    var sent = 0
                    while sent < line.count {
                        let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: sent), line.count - sent) }
                        guard count > 0 else { break }
                        sent += count
                    }
                }
                isSent.fire()
            }
            try #require(refusal == nil)
            await isSent.wait()
        }

        func send(_ line: [UInt8]) async throws { try await send { _ in line } }

        func closeInput() { close(toServer) }

        /// The lines up to and with the answer of an id.
        func answer(_ id: JSONValue) async -> JSONValue? {
            for await line in lines where line["id"] == id { return line }
            return nil
        }

        func nextLine() async -> JSONValue? {
            for await line in lines { return line }
            return nil
        }
    }

    private func serve(_ bench: MCPBench, _ pipes: Pipes) -> Task<Void, any Error> {
        let server = MCPStdioServer(bench.server, caller: bench.alice, input: pipes.serverEnds.input, output: pipes.serverEnds.output)
        return Task {
            defer { close(pipes.serverEnds.output) }
            try await server.run()
        }
    }

    @Test("answers line by line, and ends when its input does")
    func conversation() async throws {
        let bench = try MCPBench(echo())
        let pipes = try Pipes()
        let run = serve(bench, pipes)
        try await pipes.send(message("ping", id: 1))
        #expect(await pipes.answer(1)?["result"] == [:])
        try await pipes.send(Array("nonsense".utf8))
        #expect(await pipes.answer(.null)?["error"]?["code"]?.int == -32700)
        try await pipes.send(message("tools/call", modern(["name": "echo", "arguments": ["x": 1]]), id: "call"))
        #expect(await pipes.answer("call")?["result"]?["structuredContent"] == ["x": 1])
        pipes.closeInput()
        try await run.value
        #expect(await pipes.nextLine() == nil)
    }

    @Test("skips a line that is too long, says so, and goes on")
    func tooLong() async throws {
        let bench = try MCPBench(echo(), serving: { $0.limits = JSONLimits(bytes: 1000) })
        let pipes = try Pipes()
        let run = serve(bench, pipes)
        try await pipes.send([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        let answer = await pipes.answer(.null)
        #expect(answer?["error"]?["code"]?.int == -32600)
        #expect(answer?["error"]?["message"]?.string?.contains("1000 bytes") == true)
        try await pipes.send(message("ping", id: 1))
        #expect(await pipes.answer(1)?["result"] == [:])
        pipes.closeInput()
        try await run.value
    }

    @Test("calls off a request in the order in which the lines came")
    func calledOff() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let pipes = try Pipes()
        let run = serve(bench, pipes)
        // In one write: the server sees both at once, and must not look at the second first.
        let modernCall = message("tools/call", modern(["name": "slow"]), id: "call")
        let cancel = message("notifications/cancelled", ["requestId": "call"], id: nil)
        try await pipes.send(count: 50) { _ in modernCall + [0x0A] + cancel }
        try await pipes.send(message("ping", id: 1))
        #expect(await pipes.answer(1)?["result"] == [:])
        pipes.closeInput()
        try await run.value
        // Nothing was left to become a task when the input ended.
        #expect(try await bench.manager.counts(in: .operator).total == 0)
    }

    @Test("makes a task of what is going on when the client leaves, and still says so")
    func clientLeaves() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let pipes = try Pipes()
        let run = serve(bench, pipes)
        try await pipes.send(message("tools/call", modern(["name": "slow"]), id: "call"))
        await tool.began.wait()
        pipes.closeInput()
        let answer = await pipes.answer("call")
        #expect(answer?["result"]?["resultType"] == "task")
        try await run.value
        let task = try #require(try await bench.manager.tasks(TaskQuery(in: bench.alice.scope)).tasks.first)
        #expect(answer?["result"]?["taskId"] == .string(task.id.description))
        tool.mayEnd.fire()
        #expect(try await bench.manager.wait(for: task.id, atMost: .seconds(60), in: .operator).status == .completed)
    }

    @Test("ends, and keeps the work, when nobody reads its output any more")
    func outputCloses() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let pipes = try Pipes(readsOutput: false)
        let run = serve(bench, pipes)
        try await pipes.send(message("tools/call", modern(["name": "slow"]), id: "call"))
        await tool.began.wait()
        try await pipes.send(message("ping", id: 1))
        try await run.value
        #expect(try await bench.manager.counts(in: .operator)[.running] == 1)
        tool.mayEnd.fire()
    }

    @Test("ends when it is told to")
    func cancelled() async throws {
        let bench = try MCPBench(echo())
        let pipes = try Pipes()
        let run = serve(bench, pipes)
        try await pipes.send(message("ping", id: 1))
        #expect(await pipes.answer(1) != nil)
        run.cancel()
        try await run.value
        pipes.closeInput()
    }

    @Test("answers a great many requests that come faster than they are dealt with")
    func flood() async throws {
        let bench = try MCPBench(echo(), serving: { $0.maximumOpenRequests = 100_000 })
        let pipes = try Pipes()
        let run = serve(bench, pipes)
        let count = 20_000
        let text = JSONValue.string(String(repeating: "x", count: 500))
        async let sent: Void = pipes.send(count: count) { number in
            message("tools/call", modern(["name": "echo", "arguments": ["t": text]]), id: JSONValue(number))
        }
        var answered: Set<Int> = []
        while answered.count < count, let line = await pipes.nextLine() {
            if let id = line["id"]?.int, line["result"]?["structuredContent"]?["t"] == text { answered.insert(id) }
        }
        #expect(answered.count == count)
        try await sent
        pipes.closeInput()
        try await run.value
    }

    @Test("also writes what belongs to no request")
    func announced() async throws {
        let tool = scripted()
        let bench = try MCPBench(tool)
        let id = try #require(try await bench.manager.call("slow", as: bench.alice, options: .background).task).id
        let pipes = try Pipes()
        let server = MCPStdioServer(bench.server, caller: bench.alice, input: pipes.serverEnds.input, output: pipes.serverEnds.output)
        let running = Task { try await server.run() }
        let client: JSONValue = ["protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "t", "version": "1"]]
        try await pipes.send(message("initialize", client, id: 0))
        _ = await pipes.answer(0)
        try await pipes.send(message("resources/subscribe", ["uri": .string("task://\(id)")], id: 1))
        #expect(await pipes.answer(1)?["result"] != nil)
        tool.mayEnd.fire()
        let line = await pipes.nextLine()
        #expect(
            line?["method"] == "notifications/resources/updated" && line?["params"]?["uri"]?.string == "task://\(id)",
            "\(line?.json() ?? "nothing")"
        )
        pipes.closeInput()
        try await running.value
    }
}
