import Foundation
import Testing

@testable import Legwork

/// What is found of the evidence of tasks whose process was killed: all that was promised, each thing whole or not at all, and no leftovers.
struct EvidenceAftermath {
    private let ledger: CrashLedger
    private let manager: TaskManager
    private let folder: String
    /// What the artifacts of the scenes hold.
    private let wholes: [String]

    init(_ ledger: CrashLedger, _ manager: TaskManager, folder: String) {
        self.ledger = ledger
        self.manager = manager
        self.folder = folder
        let filling = (1...1000).map { "line \($0)\n" }.joined()
        wholes = [filling, "$ make\n" + filling, String(repeating: filling, count: 1000)]
    }

    func expectAll(of records: [TaskRecord]) async throws {
        for record in records {
            try await expectWhole(record)
            try await expectPromises(to: record)
        }
        try await expectSwept(records)
    }

    /// What can be seen is whole, and what is named is there.
    private func expectWhole(_ record: TaskRecord) async throws {
        let names = try await manager.artifacts(of: record.id, in: .operator).map(\.name)
        for name in names {
            let chunk = try await manager.artifact(name, of: record.id, in: .operator)
            let isWhole = wholes.contains { $0.utf8.count == chunk.total && $0.utf8.starts(with: chunk.bytes) }
            #expect(isWhole, "\(name) of \(record.id) has \(chunk.total) bytes")
        }
        let calls = try await manager.toolCalls(of: record.id, in: .operator)
        let events = try await manager.events(EventQuery(of: record.id, in: .operator))
        let named =
            record.evidence.artifacts.map(\.path) + record.evidence.gates.compactMap(\.logPath) + calls.compactMap(\.resultArtifact)
            + events.compactMap { $0.data?["artifact"]?.string }
        #expect(Set(named).isSubset(of: names), "\(record.id) names what is not there")
        #expect(Set(record.evidence.artifacts.map(\.path)).count == record.evidence.artifacts.count)
        for kind in [TaskEvent.Kind.artifact, .gate, .checklist] {
            // A change of the record and its entry are one.
            let expected =
                switch kind {
                case .artifact: record.evidence.artifacts.count
                case .gate: record.evidence.gates.count
                default: record.evidence.checklist?.items.count ?? 0
                }
            #expect(events.count { $0.kind == kind } == expected, "\(kind.rawValue)s of \(record.id)")
        }
    }

    private func expectPromises(to record: TaskRecord) async throws {
        let kept = Set(record.evidence.artifacts.map(\.path))
        #expect(ledger.kept[record.id, default: []].isSubset(of: kept), "an artifact of \(record.id) is lost")
        let verified = Set(record.evidence.gates.filter { $0.status == .passed && $0.logPath != nil }.map(\.id))
        #expect(ledger.verified[record.id, default: []].isSubset(of: verified), "a gate of \(record.id) is lost")
        let items = record.evidence.checklist?.items.count ?? 0
        #expect(items >= ledger.listed[record.id] ?? 0, "an item of \(record.id) is lost")
        for id in ledger.called[record.id] ?? [] {
            let call = try await manager.toolCalls(of: record.id, in: .operator).first { $0.id == id }
            #expect(call?.status == .success && call?.resultArtifact != nil, "a call of \(record.id) is lost")
        }
    }

    /// Nothing half-written is left, and nothing of a task that is gone.
    private func expectSwept(_ records: [TaskRecord]) async throws {
        try await manager.engine.removeLeftovers()
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let ids = Set(records.map(\.id.description))
        for file in files {
            let parts = file.split(separator: "/")
            #expect(parts.allSatisfy { !$0.hasPrefix(".") }, "\(file) is left")
            let owner = parts[0].split(separator: ".")[0]
            #expect(ids.contains(String(owner)), "\(file) is of no task")
        }
    }
}
