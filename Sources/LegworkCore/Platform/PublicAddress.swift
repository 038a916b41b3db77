/// Which addresses belong to the public internet: a guard for requests whose URL somebody else chose.
package enum PublicAddress {
    /// Whether an IPv4 address is that of a public host (IANA's special-purpose registry, and multicast).
    package static func isPublic(_ address: (UInt8, UInt8, UInt8, UInt8)) -> Bool {
        switch address {
        case (0, _, _, _), (10, _, _, _), (127, _, _, _), (169, 254, _, _), (192, 168, _, _), (224..., _, _, _): false
        case (100, 64...127, _, _), (172, 16...31, _, _), (198, 18...19, _, _): false
        case (192, 0, 0, _), (192, 0, 2, _), (192, 88, 99, _), (198, 51, 100, _), (203, 0, 113, _): false
        default: true
        }
    }

    /// Whether an IPv6 address is that of a public host. One that holds an IPv4 address is as public as that.
    ///
    /// - Parameter bytes: sixteen.
    package static func isPublic(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        let embedded = (bytes[12], bytes[13], bytes[14], bytes[15])
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return isPublic(embedded) }
        if bytes[..<4] == [0, 0x64, 0xFF, 0x9B], bytes[4..<12].allSatisfy({ $0 == 0 }) { return isPublic(embedded) }
        // Of the rest only the global unicast space, without what leads elsewhere: 6to4, Teredo and its kin, documentation.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0x20, 0x01, 0x00...0x01, _), (0x20, 0x01, 0x0D, 0xB8), (0x20, 0x02, _, _), (0x3F, 0xFF, 0x00...0x0F, _): return false
        default: return true
        }
    }
}
