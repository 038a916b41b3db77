import Foundation
import Glibc
import LegworkTestKit
import TestPrograms
import Testing

@testable import Legwork

@Suite("Artifacts and tool calls")
struct ArtifactTests {
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

    private func tool(_ body: @escaping @Sendable (ToolContext) async throws -> ToolResult) -> ClosureTool {
        ClosureTool(ToolDescriptor(name: "agent", description: "")) { _, context in try await body(context) }
    }

    private func files() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    private let long = String(repeating: "long ", count: 1000)

    @Test("what an agent's calls are given and give is listed, matched by id, the long parts as artifacts")
    func toolCalls() async throws {
        defer { folder.remove() }
        let long = long
        let bench = try bench(
            tool { context in
                context.beginToolCall(id: "1", name: "shell", arguments: ["line": "ls"])
                context.beginToolCall(id: "2", name: "shell", arguments: ["line": .string(long)])
                context.endToolCall(id: "2", result: long, isError: true)
                context.endToolCall(id: "1", result: "a\nb")
                context.beginToolCall(id: "3", name: "never ends")
                return .text("done")
            }
        )
        let record = try await bench.end(of: bench.background("agent").id)
        let calls = try await bench.manager.toolCalls(of: record.id, in: bench.alice.scope)
        #expect(calls.map(\.id) == ["1", "2", "3"])
        #expect(calls.map(\.name) == ["shell", "shell", "never ends"])
        #expect(calls.map(\.status) == [.success, .failed, .cancelled])
        #expect(calls[0].result == "a\nb")
        #expect(calls[0].arguments == ["line": "ls"])
        let name = try #require(calls[1].resultArtifact)
        let chunk = try await bench.manager.artifact(name, of: record.id, in: bench.alice.scope)
        #expect(String(decoding: chunk.bytes, as: UTF8.self) == long)
        let arguments = try await bench.manager.artifact(#require(calls[1].argumentsArtifact), of: record.id, in: bench.alice.scope)
        #expect(try JSONValue(parsing: arguments.bytes) == ["line": .string(long)])
        #expect(calls[1].result.map { $0.utf8.count <= 1200 } == true)
        await #expect(throws: TaskManagerError.self) { try await bench.manager.toolCalls(of: record.id, in: bench.bob.scope) }
    }

    @Test("two of one label are two, in the same moment too, and neither replaces the other")
    func sameLabel() async throws {
        defer { folder.remove() }
        let bench = try bench(
            tool { context in
                try await context.keep(Array("one".utf8), asArtifact: "report.md", summary: "the first")
                try await context.keep(Array("two".utf8), asArtifact: "report.md")
                return .text("done")
            }
        )
        let record = try await bench.end(of: bench.background("agent").id)
        let artifacts = try await bench.manager.artifacts(of: record.id, in: bench.alice.scope)
        #expect(artifacts.count == 2)
        #expect(Set(artifacts.map(\.name)).count == 2)
        #expect(artifacts.allSatisfy { $0.name.hasPrefix("report") && $0.name.hasSuffix(".md") && $0.label == "report.md" })
        var texts: Set<String> = []
        for artifact in artifacts {
            texts.insert(
                String(decoding: try await bench.manager.artifact(artifact.name, of: record.id, in: .operator).bytes, as: UTF8.self)
            )
        }
        #expect(texts == ["one", "two"])
        #expect(record.evidence.artifacts.map(\.summary) == ["the first", ""])
        #expect(try await bench.events(of: record.id).count { $0.kind == .artifact } == 2)
    }

    @Test(
        "no name leads out of the folder, and no link in it is followed",
        arguments: ["../\u{0}", "..", "../task.log", "/etc/passwd", "a/../../x", ".hidden", "link.txt", "pipe.txt", "missing.txt", ""]
    )
    func traversal(name: String) async throws {
        defer { folder.remove() }
        let bench = try bench(tool { _ in .text("done") })
        let record = try await bench.end(of: bench.background("agent").id)
        _ = try await bench.manager.keep([1], asArtifact: "fine", of: record.id, in: bench.alice.scope)
        let own = "\(path)/\(record.id).artifacts"
        symlink("/etc/passwd", "\(own)/link.txt")
        mkfifo("\(own)/pipe.txt", 0o600)
        _ = FileManager.default.createFile(atPath: "\(own)/.hidden", contents: Data([1]))
        let code = await bench.code { _ = try await bench.manager.artifact(name, of: record.id, in: bench.alice.scope) }
        #expect(code == .notFound)
        #expect(try await bench.manager.artifacts(of: record.id, in: bench.alice.scope).map(\.name) == ["fine.txt"])
    }

    @Test("are one owner's, and are read in parts")
    func reading() async throws {
        defer { folder.remove() }
        let bench = try bench(tool { _ in .text("done") })
        let record = try await bench.end(of: bench.background("agent").id)
        let artifact = try await bench.manager.keep(Array(0..<100), asArtifact: "bytes.bin", of: record.id, in: bench.alice.scope)
        let chunk = try await bench.manager.artifact(artifact.path, of: record.id, from: 90, limit: 50, in: bench.alice.scope)
        #expect(chunk.bytes == Array(90..<100))
        #expect(chunk.total == 100)
        #expect(try await bench.manager.artifact(artifact.path, of: record.id, from: 200, in: bench.alice.scope).bytes == [])
        for scope in [bench.bob.scope] {
            #expect(await bench.code { _ = try await bench.manager.artifacts(of: record.id, in: scope) } == .notFound)
            #expect(await bench.code { _ = try await bench.manager.artifact("bytes.bin", of: record.id, in: scope) } == .notFound)
            #expect(await bench.code { _ = try await bench.manager.keep([1], asArtifact: "x", of: record.id, in: scope) } == .notFound)
        }
    }

    @Test("go with their task, and when nobody knows their task; not while one has them open")
    func going() async throws {
        defer { folder.remove() }
        let (kept, mayEnd) = (TestSignal(), TestSignal())
        let bench = try bench(
            tool { context in
                try await context.keep([1], asArtifact: "early")
                kept.fire()
                await mayEnd.wait()
                return .text("done")
            }
        )
        // A call that is no task yet has them open.
        let call = Task { try await bench.manager.call("agent", as: bench.alice) }
        await kept.wait()
        let orphan = TaskID.random()
        mkdir("\(path)/\(orphan).artifacts", 0o700)
        _ = FileManager.default.createFile(atPath: "\(path)/\(orphan).artifacts/x.txt", contents: Data([1]))
        mkdir("\(path)/strange.artifacts", 0o700)
        #expect(files().count == 3)
        try await bench.manager.engine.removeLeftovers()
        #expect(files().count == 2)
        #expect(!files().contains("\(orphan).artifacts"))
        mayEnd.fire()
        #expect(try await call.value.result == .text("done"))
        // It ended in time, so nothing is left of it.
        #expect(files() == ["strange.artifacts"])

        let record = try await bench.end(of: bench.background("agent").id)
        #expect(files().contains("\(record.id).artifacts"))
        try await bench.manager.delete(record.id, in: bench.alice.scope)
        #expect(files() == ["strange.artifacts"])
    }

    @Test("of a call that becomes a task are the task's, what it said before included")
    func promoted() async throws {
        defer { folder.remove() }
        let (said, mayEnd) = (TestSignal(), TestSignal())
        let long = long
        let bench = try bench(
            tool { context in
                context.emit(long, data: ["kind": "message"])
                try await context.keep([1], asArtifact: "early")
                said.fire()
                await mayEnd.wait()
                return .text(long)
            }
        )
        let call = Task { try await bench.manager.call("agent", as: bench.alice, options: .window(.seconds(1))) }
        await said.wait()
        await bench.pass(.seconds(1))
        let id = try #require(try await call.value.task).id
        mayEnd.fire()
        let record = try await bench.end(of: id)
        // A result is kept in full, in the record.
        #expect(record.result == .text(long))
        let names = try await bench.manager.artifacts(of: id, in: .operator).map(\.name)
        #expect(Set(names) == ["early.txt", "message.txt"])
        let events = try await bench.events(of: id)
        #expect(events.first { $0.topic == "message" }?.data?["artifact"] == "message.txt")
        #expect(events.contains { $0.kind == .artifact && $0.data == ["artifact": "early.txt"] })
    }

    @Test("that cannot be written keep no task from its end, and the entry says so")
    func fullDisk() async throws {
        defer { folder.remove() }
        let long = long
        let bench = try bench(
            tool { context in
                context.emit(long)
                return .text("done")
            }
        ) { $0.artifactLimit.bytes = 10 }
        let record = try await bench.end(of: bench.background("agent").id)
        #expect(record.status == .completed)
        let entry = try #require(try await bench.events(of: record.id).first { $0.kind == .custom })
        #expect(entry.data?["artifact_error"]?.string?.contains("more than 10 bytes") == true)
        #expect(entry.text?.hasPrefix("long long") == true)
        let bare = try Bench(tool { _ in .text("done") })
        let other = try await bare.end(of: bare.background("agent").id)
        #expect(await bare.code { _ = try await bare.manager.keep([1], asArtifact: "x", of: other.id, in: .operator) } == .noOutput)
    }

    @Test("are no more than the limit, however many are made")
    func limits() async throws {
        defer { folder.remove() }
        let bench = try bench(
            tool { context in
                for number in 0..<10 { _ = try? await context.keep([1], asArtifact: "n\(number)") }
                return .text("done")
            }
        ) { $0.artifactLimit.count = 3 }
        let record = try await bench.end(of: bench.background("agent").id)
        #expect(try await bench.manager.artifacts(of: record.id, in: .operator).count == 3)
        #expect(record.evidence.artifacts.count == 3)
    }

    @Test("that a process left half written are never seen, and go when nobody has their folder open")
    func halfWritten() async throws {
        defer { folder.remove() }
        let bench = try bench(tool { _ in .text("done") })
        let record = try await bench.end(of: bench.background("agent").id)
        _ = try await bench.manager.keep([1], asArtifact: "whole", of: record.id, in: bench.alice.scope)
        let own = "\(path)/\(record.id).artifacts"
        _ = FileManager.default.createFile(atPath: "\(own)/.\(TaskID.random())", contents: Data([1, 2]))
        #expect(try await bench.manager.artifacts(of: record.id, in: .operator).map(\.name) == ["whole.txt"])
        let hold = try await bench.manager.engine.openArtifacts(of: record.id)
        try await bench.manager.engine.removeLeftovers()
        #expect(try FileManager.default.contentsOfDirectory(atPath: own).count == 2)
        withExtendedLifetime(hold) {}
    }

    @Test("that were left half written are gone after the next look for leftovers")
    func swept() async throws {
        defer { folder.remove() }
        let bench = try bench(tool { _ in .text("done") })
        let record = try await bench.end(of: bench.background("agent").id)
        _ = try await bench.manager.keep([1], asArtifact: "whole", of: record.id, in: bench.alice.scope)
        let own = "\(path)/\(record.id).artifacts"
        _ = FileManager.default.createFile(atPath: "\(own)/.\(TaskID.random())", contents: Data([1, 2]))
        try await bench.manager.engine.removeLeftovers()
        #expect(try FileManager.default.contentsOfDirectory(atPath: own) == ["whole.txt"])
    }

    @Test("are never removed through a link in the place of their folder")
    func linkedFolder() async throws {
        defer { folder.remove() }
        let bench = try bench(tool { _ in .text("done") })
        let record = try await bench.end(of: bench.background("agent").id)
        let elsewhere = folder.path + "/elsewhere"
        mkdir(elsewhere, 0o700)
        _ = FileManager.default.createFile(atPath: "\(elsewhere)/mine.txt", contents: Data([1]))
        mkdir(path, 0o700)
        symlink(elsewhere, "\(path)/\(record.id).artifacts")
        #expect(try await bench.manager.artifacts(of: record.id, in: .operator) == [])
        try await bench.manager.delete(record.id, in: .operator)
        #expect(FileManager.default.fileExists(atPath: "\(elsewhere)/mine.txt"))
    }

    @Test("of a running task and those that others keep with it are no more than the limit together")
    func limitsTogether() async throws {
        defer { folder.remove() }
        let (said, mayGoOn) = (TestSignal(), TestSignal())
        let bench = try bench(
            tool { context in
                try await context.keep([1], asArtifact: "own")
                said.fire()
                await mayGoOn.wait()
                for number in 0..<5 { _ = try? await context.keep([1], asArtifact: "n\(number)") }
                return .text("done")
            }
        ) { $0.artifactLimit.count = 3 }
        let id = try await bench.background("agent").id
        await said.wait()
        _ = try await bench.manager.keep([1], asArtifact: "other", of: id, in: bench.alice.scope)
        mayGoOn.fire()
        _ = try await bench.end(of: id)
        #expect(try await bench.manager.artifacts(of: id, in: .operator).map(\.name).sorted() == ["n0.txt", "other.txt", "own.txt"])
    }

    @Test("of calls are matched, and their entries short, whatever ids and names an agent's model makes")
    func longIDs() async throws {
        defer { folder.remove() }
        let id = String(repeating: "i", count: 1_000_000)
        let bench = try bench(
            tool { context in
                context.beginToolCall(id: id, name: id)
                context.endToolCall(id: id, result: "out")
                return .text("done")
            }
        )
        let record = try await bench.end(of: bench.background("agent").id)
        let calls = try await bench.manager.toolCalls(of: record.id, in: .operator)
        #expect(calls.map(\.status) == [.success])
        #expect(calls.allSatisfy { $0.id.utf8.count <= 200 && $0.name.utf8.count <= 200 })
        let events = try await bench.events(of: record.id)
        #expect(events.allSatisfy { ($0.data?.json().utf8.count ?? 0) < 2000 })
    }
}
