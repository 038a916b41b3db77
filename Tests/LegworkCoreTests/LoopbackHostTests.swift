import LegworkCore
import Testing

@Suite("This machine by its name")
struct LoopbackHostTests {
    @Test("is known by its addresses and localhost", arguments: ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
    func local(_ host: String) { #expect(LoopbackHost.contains(host)) }

    @Test(
        "is no name that only begins or ends like it",
        arguments: [
            "", "127.0.0.1.example.org", "127.example.org", "localhost.example.org", "127.0.0", "127.0.0.256", "127.0.0.1.", "[::1", "::2",
        ]
    )
    func remote(_ host: String) { #expect(!LoopbackHost.contains(host)) }

    @Test(
        "is where a URL leads",
        arguments: ["http://localhost", "http://127.0.0.1:80/a", "https://user:word@[::1]:8443?x", "http://example.org@localhost#a"]
    )
    func destination(_ url: String) { #expect(LoopbackHost.isDestination(of: url)) }

    @Test(
        "is not where a URL only seems to lead",
        arguments: [
            "localhost", "http://127.0.0.1@example.org/", "http://localhost:80@example.org", "http://localhost.example.org",
            "http://127.0.0.1.example.org:80/", "http://[::1].example.org/", "http://example.org/@localhost", "http://",
        ]
    )
    func elsewhere(_ url: String) { #expect(!LoopbackHost.isDestination(of: url)) }
}
