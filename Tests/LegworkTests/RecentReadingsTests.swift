import LegworkCore
import Testing

@testable import Legwork

@Suite("Readings that were noted")
struct RecentReadingsTests {
    private static let id = TaskID.random()

    private func reading(_ version: Int, session: String? = nil) -> RecentReadings.Reading {
        RecentReadings.Reading(task: Self.id, version: version, owner: "alice", session: session)
    }

    @Test("are known by task, state and conversation, the newest for sure and all but so many no more")
    func bounded() {
        var readings = RecentReadings(capacity: 8)
        for version in 1...100 {
            readings.insert(reading(version))
            for known in max(1, version - 3)...version { #expect(readings.contains(reading(known))) }
            #expect((1...version).count { readings.contains(reading($0)) } <= 8)
        }
        #expect(!readings.contains(reading(100, session: "monday")))
        #expect(!readings.contains(reading(101)))
    }
}
