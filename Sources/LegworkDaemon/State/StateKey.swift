import LegworkHTTP

/// The secret with which the daemon seals what clients carry for it from one request to the next. It is kept, so that what a client got before a
/// restart is good after it.
enum StateKey {
    private static let byteCount = 32

    /// Reads the secret from its file, or makes one: 256 random bits.
    ///
    /// - Throws: ``DaemonError`` when the file cannot be read or made.
    static func load(_ file: SecretFile) throws(DaemonError) -> [UInt8] {
        if let key = try file.read() {
            guard key.count == byteCount else { throw DaemonError("\(file.path) is no key of ours; delete it to have a new one made") }
            return key
        }
        guard let key = SecretBytes.random(byteCount) else { throw DaemonError("the system gives no random numbers for a key; try again") }
        try file.replace(with: key)
        return key
    }
}
