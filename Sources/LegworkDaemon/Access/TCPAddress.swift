import Glibc

/// An address that a daemon listens on: who reaches it, and what it is called there.
package struct TCPAddress: Sendable, Hashable {
    /// The address as a URL names it.
    let name: String
    /// What clients may call it, without a port.
    let ownNames: Set<String>

    /// Looks at an address before anything listens there.
    ///
    /// - Throws: ``DaemonError`` for what is no address, and for one that other machines reach without TLS.
    init(_ host: String, isSecure: Bool) throws(DaemonError) {
        var four = in_addr()
        var six = in6_addr()
        let isFour = inet_pton(AF_INET, host, &four) == 1
        let isSix = inet_pton(AF_INET6, host, &six) == 1
        guard isFour || isSix || host == "localhost" else {
            throw DaemonError("'\(host)' is no address: --host takes figures such as 0.0.0.0 or ::1, or localhost")
        }
        let isLoopback = isFour ? UInt32(bigEndian: four.s_addr) >> 24 == 127 : host == "::1" || host == "localhost"
        guard isLoopback || isSecure else {
            throw DaemonError(
                "other machines reach \(host), and would send their tokens for everybody to read: give --tls-cert and --tls-key, or stay on "
                    + "127.0.0.1 and let them come through ssh -L or a proxy that speaks TLS"
            )
        }
        name = isSix ? "[\(host)]" : host
        ownNames = ["127.0.0.1", "localhost", "[::1]", name.lowercased()]
    }

    /// Whether a text can be the name of a host, as `Host` gives it without the port.
    package static func isName(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            var six = in6_addr()
            return inet_pton(AF_INET6, String(text.dropFirst().dropLast()), &six) == 1
        }
        return !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
