import LegworkCore
import Testing

@Suite("Points in time as text")
struct TimestampTests {
    @Test("each millisecond is printed as itself and read back as itself", arguments: [-2000, 0, 1_800_000_000_000, 4_102_444_800_000])
    func roundTrip(start: Int64) {
        let changed = (start..<start + 2000).filter { milliseconds in
            Timestamp(iso8601: Timestamp(milliseconds: milliseconds).description)?.milliseconds != milliseconds
        }
        #expect(changed == [])
    }
}
