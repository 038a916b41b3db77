/// Which hosts are this machine by what they are called. Names are not looked up: `localhost` is the only one that needs no looking.
package enum LoopbackHost {
    /// Whether a host, an IPv6 address with or without brackets, is this machine. A name that only begins like its address is not.
    package static func contains(_ host: some StringProtocol) -> Bool {
        switch host {
        case "localhost", "::1", "[::1]": return true
        default:
            let parts = host.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        }
    }

    /// Whether what a URL leads to is this machine.
    package static func isDestination(of url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // A name and a password may stand before it, and contain what looks like a host.
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard place.hasPrefix("[") else { return contains(place.prefix { $0 != ":" }) }
        let host = place.prefix { $0 != "]" }
        let port = place.dropFirst(host.count + 1)
        return contains(host + "]") && (port.isEmpty || port.hasPrefix(":"))
    }
}
