/// One command, in the form in which it is sent. Arguments are bytes, whatever they hold.
package struct RedisCommand: Sendable {
    /// The command in Redis's protocol.
    let encoded: [UInt8]

    /// Makes a command of its words.
    package init(_ words: [String]) {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(words.reduce(16) { $0 + $1.utf8.count + 16 })
        encoded += "*\(words.count)\r\n".utf8
        for word in words {
            encoded += "$\(word.utf8.count)\r\n".utf8
            encoded += word.utf8
            encoded += "\r\n".utf8
        }
        self.encoded = encoded
    }

    /// Makes a command of its words.
    package init(_ words: String...) { self.init(words) }
}
