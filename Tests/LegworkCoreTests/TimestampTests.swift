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

    @Test("a time may come without a fraction of a second, and from another zone")
    func shorter() {
        let noon = Timestamp(milliseconds: 1_800_014_400_000)
        #expect(noon.description == "2027-01-15T12:00:00.000Z")
        for text in ["2027-01-15T12:00:00Z", "2027-01-15T13:00:00+01:00", "2027-01-15T13:00:00.000+01:00"] {
            #expect(Timestamp(iso8601: text) == noon, "\(text)")
        }
        for text in ["", "2027-01-15", "noon", "2027-13-15T12:00:00Z"] { #expect(Timestamp(iso8601: text) == nil, "\(text)") }
    }
}
