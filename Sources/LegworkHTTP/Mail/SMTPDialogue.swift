/// Follows what a client and a server say to each other, to know afterwards at what the server refused. Pure; it keeps no argument of any
/// command.
struct SMTPDialogue {
    private(set) var stage = MailError.Stage.greeting
    /// The last answer that was complete.
    private(set) var reply: SMTPReply?
    private var text: [UInt8] = []
    /// Whether the client has said good-bye: what is answered to that matters to nobody.
    private(set) var isOver = false

    /// The client has said something.
    mutating func sent(_ bytes: [UInt8]) {
        let words: [(String, MailError.Stage)] = [
            ("EHLO ", .hello), ("HELO ", .hello), ("STARTTLS\r\n", .encryption), ("AUTH ", .login), ("MAIL FROM:", .sender),
            ("RCPT TO:", .recipient), ("DATA\r\n", .content),
        ]
        if bytes.starts(with: "QUIT\r\n".utf8) { isOver = true }
        guard !isOver, let word = words.first(where: { bytes.starts(with: $0.0.utf8) }) else { return }
        stage = word.1
    }

    /// The server has said something: lines, each with its end.
    mutating func received(_ bytes: [UInt8]) {
        guard !isOver else { return }
        for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            guard let code = Int(String(decoding: line.prefix(3), as: UTF8.self)), (200..<600).contains(code) else { continue }
            let said = line.dropFirst(4).prefix(SMTPReply.maximumBytes - min(text.count, SMTPReply.maximumBytes))
            if !text.isEmpty, !said.isEmpty { text.append(UInt8(ascii: " ")) }
            text += said.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
            if line.dropFirst(3).first == UInt8(ascii: "-") { continue }
            reply = SMTPReply(code: code, text: String(decoding: text, as: UTF8.self))
            text = []
        }
    }
}
