import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkTestKit
import Synchronization
import TestPrograms

/// A mail server of the tests', on loopback and without TLS, written from RFC 5321 and RFC 4954: it answers as it is told to.
final class SMTPResponder: Sendable {
    struct Mail: Sendable {
        var sender: String
        var recipients: [String]
        /// Head and text, with single dots and LF.
        var text: String

        /// A field of the head, unfolded; nil when it is not there.
        func field(_ name: String) -> String? {
            let head = text.split(separator: "\n\n", maxSplits: 1)[0]
            let lines = head.split(separator: "\n ").joined(separator: " ").split(separator: "\n")
            return lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
        }

        /// The text below the head, as it was encoded.
        var body: String { text.split(separator: "\n\n", maxSplits: 1).dropFirst().first.map(String.init) ?? "" }
    }

    private struct State {
        var listener: Int32 = -1
        /// What is answered to a command, to the connection (`CONNECT`) and to a message's end (`.`), where it is not the usual.
        var answers: [String: String] = [:]
        var capabilities = ["AUTH PLAIN", "SIZE 20000000"]
        var isSilent = false
        var mails: [Mail] = []
        var commands: [String] = []
        var asked = TestSignal()
    }

    /// What logs in.
    static let login = (user: "ann", password: "secret-of-the-mailbox")

    let address = LoopbackAddress.own()
    let port: Int
    private let state = Lock(State())

    init() throws {
        let (listener, port) = try Self.listen(at: address, 0)
        self.port = port
        state.withLock { $0.listener = listener }
        accept(listener)
    }

    deinit { stop() }

    var mails: [Mail] { state.withLock { $0.mails } }
    var commands: [String] { state.withLock { $0.commands } }
    var asked: TestSignal { state.withLock { $0.asked } }

    /// Answers otherwise from now on; an empty answer hangs up.
    func answer(_ answers: [String: String] = [:], isSilent: Bool = false) {
        state.withLock { state in
            state.answers = answers
            state.isSilent = isSilent
            state.asked = TestSignal()
        }
    }

    func offer(_ capabilities: [String]) { state.withLock { $0.capabilities = capabilities } }

    /// Nobody listens any more.
    func stop() {
        let listener = state.withLock { state in
            defer { state.listener = -1 }
            return state.listener
        }
        guard listener >= 0 else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Listens again.
    func start() throws {
        guard state.withLock({ $0.listener < 0 }) else { return }
        let (listener, _) = try Self.listen(at: address, port)
        state.withLock { $0.listener = listener }
        accept(listener)
    }

    private static func listen(at address: String, _ port: Int) throws -> (listener: Int32, port: Int) {
        let listener = try StreamSocket.listen(host: address, port: UInt16(port), allowRemote: false, backlog: 16).release()
        let flags = fcntl(listener, F_GETFL)
        _ = fcntl(listener, F_SETFL, flags & ~O_NONBLOCK)
        return (listener, Int(StreamSocket.address(of: listener, remote: false)?.port ?? 0))
    }

    private func accept(_ listener: Int32) {
        _ = BlockingThread.start { [weak self] in
            while true {
                let visitor = Glibc.accept(listener, nil, nil)
                guard visitor >= 0 else { return }
                _ = BlockingThread.start { [weak self] in
                    self?.serve(SMTPVisitor(visitor))
                    close(visitor)
                }
            }
        }
    }

    private func answer(to command: String, _ usual: String) -> String { state.withLock { $0.answers[command] ?? usual } }

    private func serve(_ visitor: SMTPVisitor) {
        guard visitor.say(answer(to: "CONNECT", "220 test ready")) else { return }
        var (sender, recipients) = ("", [String]())
        while let line = visitor.line() {
            state.withLock { $0.commands.append(line) }
            let word = line.prefix { $0 != " " && $0 != ":" }.uppercased()
            var reply = "250 fine"
            switch word {
            case "EHLO": reply = (["test"] + state.withLock { $0.capabilities }).map { "250-\($0)\r\n" }.joined() + "250 HELP"
            case "AUTH":
                guard visitor.say("334 ") else { return }
                let wanted = Base64.text(of: Array("\0\(Self.login.user)\0\(Self.login.password)".utf8))
                reply = visitor.line() == wanted ? "235 welcome" : "535 5.7.8 no"
            case "MAIL":
                sender = line
                let limit = state.withLock { $0.capabilities }.compactMap { Int($0.split(separator: "SIZE ").last ?? "") }.first
                let size = line.split(separator: " SIZE=").last.flatMap { Int($0.prefix { $0.isNumber }) }
                if let limit, let size, size > limit { reply = "552 5.3.4 larger than is taken here" }
            case "RCPT": recipients.append(line)
            case "DATA":
                let go = answer(to: "DATA", "354 go on")
                guard visitor.say(go) else { return }
                guard go.hasPrefix("354") else { continue }
                guard let text = visitor.message() else { return }
                let (isSilent, asked) = state.withLock { ($0.isSilent, $0.asked) }
                if isSilent {
                    asked.fire()
                    _ = visitor.line()
                    return
                }
                let end = answer(to: ".", "250 2.0.0 queued")
                if end.hasPrefix("250 ") {
                    state.withLock { [sender, recipients] in
                        $0.mails.append(Mail(sender: sender, recipients: recipients, text: text))
                    }
                }
                guard visitor.say(end) else { return }
                (sender, recipients) = ("", [])
                continue
            case "QUIT":
                _ = visitor.say("221 bye")
                return
            default: break
            }
            guard visitor.say(answer(to: word, reply)) else { return }
        }
    }
}

/// Somebody who speaks to the responder.
private final class SMTPVisitor {
    private let socket: Int32
    private var unread: [UInt8] = []

    init(_ socket: Int32) { self.socket = socket }

    /// False when the connection is to end, which an empty answer says.
    func say(_ answer: String) -> Bool {
        let bytes = Array("\(answer)\r\n".utf8)
        return !answer.isEmpty && bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == bytes.count
    }

    /// The next line; nil at the end.
    func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = unread[..<end]
                unread.removeSubrange(...end)
                return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(socket, &buffer, buffer.count)
            if count <= 0 { return nil }
            unread += buffer[..<count]
        }
    }

    /// The message after DATA; nil when it does not end.
    func message() -> String? {
        var bytes: [UInt8] = []
        let end = Array("\r\n.\r\n".utf8)
        while !bytes.suffix(5).elementsEqual(end) {
            if unread.isEmpty {
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = read(socket, &buffer, buffer.count)
                if count <= 0 { return nil }
                unread = Array(buffer[..<count])
            }
            bytes += unread
            unread = []
        }
        let lines = String(decoding: bytes.dropLast(3), as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        return lines.map { $0.hasPrefix(".") ? $0.dropFirst() : $0 }.joined(separator: "\n")
    }
}
