import Foundation
import Glibc
import LegworkTestKit
import TestPrograms
import Testing

/// A process plays a scene and is killed at its first write, its second, and so on, until it comes to its end.
@Suite("A process that is killed at any write")
struct CrashTests {
    @Test(
        "keeps every promise: no task, message, notice or result is lost, nothing ends twice, nothing is resumed twice",
        arguments: ["spawn", "finish", "resume", "messages", "questions", "notices", "evidence"],
        ["before", "after"]
    )
    func killed(scene: String, moment: String) async throws {
        try await play(moment) { path in ([], scene) }
    }

    @Test("while it recovers what another one left keeps every promise of both", arguments: ["before", "after"])
    func killedWhileRecovering(moment: String) async throws {
        try await play(moment) { path in
            let (lines, end) = try await play("leave", path, moment, 0)
            #expect(end == .signal(SIGKILL), "the process ended by itself: \(lines.last ?? "")")
            return (lines, "recover")
        }
    }

    @Test("in the middle of an artifact leaves nothing of it, and all that was kept before")
    func killedWithinAFile() async throws {
        var leftovers = 0
        var number = 0
        // The file may be whole before the process is killed, but not always.
        while leftovers == 0 {
            number += 1
            try #require(number < 100, "the process never dies in the middle of a file")
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let path = folder.path + "/tasks.db"
            let (lines, end) = try await play("cut", path, "before", 0)
            #expect(end == .signal(SIGKILL), "\(lines)")
            var ledger = CrashLedger()
            for line in lines { try ledger.add(line) }
            #expect(ledger.kept.count == 1)
            let left = FileManager.default.enumerator(atPath: path + "-outputs")?.compactMap { $0 as? String } ?? []
            leftovers += left.count { $0.contains("/.") }
            try await CrashAftermath(ledger, path).expectAll()
        }
    }

    /// Plays a scene until it comes to its end, each time from the start and with a store of its own.
    private func play(_ moment: String, _ prepare: (String) async throws -> (lines: [String], scene: String)) async throws {
        var number = 0
        var isOver = false
        while !isOver {
            number += 1
            try #require(number < 1000, "the scene has no end")
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let path = folder.path + "/tasks.db"
            var ledger = CrashLedger()
            let (before, scene) = try await prepare(path)
            let (lines, end) = try await play(scene, path, moment, number)
            for line in before + lines { try ledger.add(line) }
            isOver = ledger.isOver
            #expect(end == (isOver ? .exit(0) : .signal(SIGKILL)), "\(scene), \(moment) write \(number): \(lines.last ?? "")")
            try await CrashAftermath(ledger, path).expectAll()
        }
        #expect(number > 5, "the scene writes little")
    }

    /// Plays a scene once.
    private func play(_ scene: String, _ path: String, _ moment: String, _ number: Int) async throws -> ([String], TestProgram.End) {
        try await blocking {
            let program = try TestProgram("legwork-task-crasher", [scene, path, moment, String(number)])
            let lines = program.readLines()
            return (lines, program.finish())
        }
    }
}
