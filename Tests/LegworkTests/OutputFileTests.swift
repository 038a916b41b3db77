import Foundation
import Glibc
import LegworkTestKit
import Synchronization
import TestPrograms
import Testing

@testable import Legwork

@Suite("The files of output")
struct OutputFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/outputs" }

    init() throws { folder = try TemporaryFolder() }

    private func bench(_ tools: any Tool..., configure: (inout TaskManagerConfiguration) -> Void = { _ in }) throws -> Bench {
        let path = path
        let bench = try Bench { configuration in
            configuration.outputFolder = path
            configure(&configuration)
        }
        for tool in tools { try bench.manager.tools.register(tool) }
        return bench
    }

    /// A tool that writes a line, then waits for the test.
    private func writer(_ wrote: TestSignal, _ mayEnd: TestSignal) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "write", description: "")) { _, context in
            let output = try context.openOutput()
            try Array("line\n".utf8).withUnsafeBytes { try output.append($0) }
            wrote.fire()
            await mayEnd.wait()
            return .text("ok")
        }
    }

    private func files() -> Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []) }

    /// A task that has written and ended.
    private func written(_ bench: Bench) async throws -> TaskID {
        let spawned = try await bench.manager.spawn("write", as: bench.alice) { context in
            try Array("line\n".utf8).withUnsafeBytes { try context.openOutput().append($0) }
            return .text("ok")
        }
        return try await bench.end(of: spawned.task.id).id
    }

    /// Whether these are the files in the end. Nothing tells a test of it, so it looks again and again.
    private func become(_ expected: Set<String>) async -> Bool {
        for _ in 0..<100_000 {
            if files() == expected { return true }
            await Task.yield()
        }
        return false
    }

    private func name(_ id: TaskID) -> String { "\(id).log" }

    @Test("go with their tasks: by the policy, by clear and by delete")
    func follow() async throws {
        defer { folder.remove() }
        let bench = try bench()
        let old = try await written(bench)
        bench.clock.advance(by: .seconds(8 * 24 * 3600))
        let (cleared, deleted, kept) = (try await written(bench), try await written(bench), try await written(bench))
        #expect(files() == Set([old, cleared, deleted, kept].map(name)))
        let running = Task { try await bench.manager.run() }
        #expect(await become(Set([cleared, deleted, kept].map(name))))
        running.cancel()
        try await running.value
        try await bench.manager.delete(deleted, in: bench.alice.scope)
        #expect(files() == Set([cleared, kept].map(name)))
        try await bench.manager.pin(kept, in: bench.alice.scope)
        #expect(try await bench.manager.clear(ClearRequest(in: bench.alice.scope)) == 1)
        #expect(files() == [name(kept)])
        #expect(try await bench.manager.output(of: kept, .tail(100), in: bench.alice.scope).bytes == Array("line\n".utf8))
    }

    @Test("go at the start when nobody knows their tasks, and stay while a call has them that is no task yet")
    func leftovers() async throws {
        defer { folder.remove() }
        let (wrote, mayEnd) = (TestSignal(), TestSignal())
        let bench = try bench(writer(wrote, mayEnd))
        let known = try await written(bench)
        let call = Task { try await bench.manager.call("write", as: bench.alice, options: .window(.seconds(3600))) }
        await wrote.wait()
        // What a process left that died, and what is none of ours.
        for name in ["\(TaskID.random()).log", "\(TaskID.random()).log", "notes.txt", "readme.log"] {
            try "text".write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        }
        let live = try #require(files().subtracting([name(known), "notes.txt", "readme.log"]).first { fileIsOpen($0) })
        let running = Task { try await bench.manager.run() }
        #expect(await become([name(known), live, "notes.txt", "readme.log"]))
        mayEnd.fire()
        #expect(try await call.value.result?.text == "ok")
        #expect(files() == [name(known), "notes.txt", "readme.log"])
        running.cancel()
        try await running.value
    }

    private func fileIsOpen(_ name: String) -> Bool {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    @Test("stay while another process has them open, whose tasks are not known here")
    func otherProcess() async throws {
        defer { folder.remove() }
        let theirs = try bench()
        let (wrote, mayEnd) = (TestSignal(), TestSignal())
        let spawned = try await theirs.manager.spawn("write", as: theirs.alice) { context in
            let output = try context.openOutput()
            try Array("line\n".utf8).withUnsafeBytes { try output.append($0) }
            wrote.fire()
            await mayEnd.wait()
            return .text("\(output.byteCount)")
        }
        await wrote.wait()
        let ours = try bench()
        try await ours.manager.engine.removeLeftovers()
        #expect(files() == [name(spawned.task.id)])
        mayEnd.fire()
        _ = try await theirs.end(of: spawned.task.id)
    }

    @Test("stay when the store cannot say whose they are, and go later")
    func storeFails() async throws {
        defer { folder.remove() }
        let problems = Lock<[String]>([])
        let bench = try bench { $0.onProblem = { problem in problems.withLock { $0.append(problem) } } }
        _ = mkdir(path, 0o700)
        let left = "\(TaskID.random()).log"
        try "text".write(toFile: "\(path)/\(left)", atomically: false, encoding: .utf8)
        bench.store.fail(.events)
        let running = Task { try await bench.manager.run() }
        await bench.clock.sleeperDue(within: CaretakerPlan.pauseAfterFault)
        #expect(files() == [left])
        #expect(problems.withLock { $0 }.contains { $0.hasPrefix("output files without a task cannot be removed") })
        bench.store.heal()
        bench.clock.advance(by: CaretakerPlan.pauseAfterFault)
        await bench.clock.sleeperDue(within: CaretakerPlan.longestInterval)
        #expect(files() == [])
        running.cancel()
        try await running.value
    }

    @Test("that cannot be removed are reported, and the tasks go all the same")
    func cannotBeRemoved() async throws {
        defer { folder.remove() }
        let problems = Lock<[String]>([])
        let bench = try bench { $0.onProblem = { problem in problems.withLock { $0.append(problem) } } }
        let id = try await written(bench)
        try FileManager.default.removeItem(atPath: "\(path)/\(name(id))")
        // A folder in its place is nothing that can be unlinked, whoever tries.
        try FileManager.default.createDirectory(atPath: "\(path)/\(name(id))", withIntermediateDirectories: false)
        #expect(try await bench.manager.clear(ClearRequest(in: bench.alice.scope)) == 1)
        #expect(problems.withLock { $0 }.contains { $0.contains("cannot remove the output file") })
        #expect(try await bench.total() == 0)
    }

    @Test("a file that is removed just as an attempt opens it is made anew")
    func race() async throws {
        defer { folder.remove() }
        _ = mkdir(path, 0o700)
        let output = OutputFolder(path: path, limit: 100)
        let id = TaskID.random()
        let left = open(output.file(of: id), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        #expect(flock(left, LOCK_EX) == 0)
        // Waits for the one that looks whether it is a leftover, or comes after it.
        let opening = Task.detached { try output.open(id) {} }
        for _ in 0..<20 { await Task.yield() }
        #expect(output.remove(id) == nil)
        close(left)
        let file = try await opening.value
        try Array("abc".utf8).withUnsafeBytes { try file.append($0) }
        #expect(try output.read(id, from: 0, limit: 10) == Array("abc".utf8))
    }

    @Test("are no leftovers while an attempt has them open, or two")
    func shared() throws {
        defer { folder.remove() }
        let output = OutputFolder(path: path, limit: 100)
        let id = TaskID.random()
        let first = try output.open(id) {}
        // A task that was abandoned may write on while its next attempt does.
        let second = try output.open(id) {}
        try Array("abc".utf8).withUnsafeBytes { try second.append($0) }
        #expect(output.isOpen(id))
        #expect(output.removeUnlessOpen(id) == nil)
        #expect(try output.read(id, from: 0, limit: 10) == Array("abc".utf8))
        withExtendedLifetime((first, second)) {}
    }
}
