internal import COpenSSL

/// One connection's TLS, between bytes in memory: it touches no socket, so that reading, writing, waiting and closing stay what they are
/// without it. Everything here happens on the loop's thread.
@safe final class TLSSession {
    /// What became of the client's side.
    enum Reading: Sendable, Hashable {
        case goesOn
        /// The client said that nothing more comes.
        case ended
        /// This is no TLS, or a broken one; what is to be sent explains it.
        case failed
    }

    private static let recordSize = 16 * 1024

    private let ssl: OpaquePointer
    /// What came from the client. OpenSSL owns both buffers.
    private let received: OpaquePointer
    /// What is to go to the client.
    private let outgoing: OpaquePointer
    private var isFinished = false
    /// Whether anything has come yet.
    private(set) var hasBegun = false

    /// A session that waits for a client; nil when memory has run out.
    init?(_ context: TLSContext) {
        guard let received = unsafe copenssl_new_buffer() else { return nil }
        guard let outgoing = unsafe copenssl_new_buffer() else {
            unsafe BIO_free(received)
            return nil
        }
        guard let ssl = unsafe SSL_new(context.pointer) else {
            unsafe BIO_free(received)
            unsafe BIO_free(outgoing)
            return nil
        }
        unsafe SSL_set_bio(ssl, received, outgoing)
        unsafe SSL_set_accept_state(ssl)
        unsafe self.ssl = ssl
        unsafe self.received = received
        unsafe self.outgoing = outgoing
    }

    deinit { unsafe SSL_free(ssl) }

    /// Takes what the client has sent, and hands on what it means. What is to be answered to it waits in ``take(into:)``.
    func receive(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) -> Reading {
        hasBegun = true
        var rest = unsafe bytes
        // In pieces, so that the buffers of a connection that is idle afterwards are small.
        while unsafe !rest.isEmpty {
            let piece = unsafe UnsafeRawBufferPointer(rebasing: rest.prefix(Self.recordSize))
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Self.recordSize))
            guard unsafe BIO_write(received, piece.baseAddress, Int32(piece.count)) == piece.count else { return .failed }
            let reading = unsafe drain(body)
            if reading != .goesOn { return reading }
        }
        return .goesOn
    }

    private func drain(_ body: (UnsafeRawBufferPointer) -> Void) -> Reading {
        unsafe withUnsafeTemporaryAllocation(byteCount: Self.recordSize, alignment: 16) { buffer in
            while true {
                // Others use OpenSSL on this thread too, and leave their errors behind.
                ERR_clear_error()
                let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
                if count > 0 {
                    unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<Int(count)]))
                    continue
                }
                switch unsafe SSL_get_error(ssl, count) {
                case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .goesOn
                case SSL_ERROR_ZERO_RETURN: return .ended
                default:
                    isFinished = true
                    return .failed
                }
            }
        }
    }

    /// Encrypts an answer and appends it. False when that is impossible: nobody has shaken hands yet, or the session is broken.
    func send(_ bytes: [UInt8], into sending: inout [UInt8]) -> Bool {
        guard unsafe SSL_is_init_finished(ssl) == 1, !isFinished else { return false }
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.recordSize)
            rest = rest.dropFirst(Self.recordSize)
            ERR_clear_error()
            let count = unsafe piece.withUnsafeBytes { unsafe SSL_write(ssl, $0.baseAddress, Int32($0.count)) }
            guard Int(count) == piece.count else { return false }
            take(into: &sending)
        }
        return true
    }

    /// Appends what is to go to the client, such as its handshake.
    func take(into sending: inout [UInt8]) {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe copenssl_held(outgoing, &start)
        guard count > 0, let start = unsafe start else { return }
        unsafe sending.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
        unsafe copenssl_empty(outgoing)
    }

    /// Appends the word that nothing more comes, once. False when it was said already, or there is nobody to tell.
    func finish(into sending: inout [UInt8]) -> Bool {
        guard !isFinished, unsafe SSL_is_init_finished(ssl) == 1 else { return false }
        isFinished = true
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
        take(into: &sending)
        return true
    }
}
