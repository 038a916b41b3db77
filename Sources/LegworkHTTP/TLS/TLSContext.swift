internal import COpenSSL
import Glibc
import LegworkEventLoop

/// A certificate and its key, ready for connections.
@safe final class TLSContext: @unchecked Sendable {
    // OpenSSL counts the users of a context itself; nothing of it changes any more.
    let pointer: OpaquePointer

    /// Reads the files.
    ///
    /// - Throws: `HTTPError` with the code `tlsFailed`, naming the file and what is wrong with it.
    init(_ files: TLSFiles) throws(HTTPError) {
        for path in [files.certificate, files.key] { try Self.checkReadable(path) }
        ERR_clear_error()
        guard let context = unsafe copenssl_server_context() else {
            throw HTTPError(.tlsFailed, "TLS cannot be set up: \(Self.takeError()).")
        }
        unsafe pointer = context
        guard unsafe SSL_CTX_use_certificate_chain_file(context, files.certificate) == 1 else {
            throw HTTPError(
                .tlsFailed,
                "\(files.certificate) holds no certificate that can be used (\(Self.takeError())); it must be a PEM file, its own certificate first."
            )
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) == 1,
            unsafe SSL_CTX_check_private_key(context) == 1
        else {
            throw HTTPError(
                .tlsFailed,
                "\(files.key) holds no key that can be used (\(Self.takeError())); it must be a PEM file without a passphrase, with the key of "
                    + "the certificate in \(files.certificate)."
            )
        }
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    private static func checkReadable(_ path: String) throws(HTTPError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = SystemError.last("read \(path)")
            throw HTTPError(.tlsFailed, "\(path) cannot be read: \(error.message).", underlying: error)
        }
        close(descriptor)
    }

    /// What OpenSSL last complained of on this thread, in its words.
    static func takeError() -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress else { return "unknown" }
            let code = unsafe copenssl_take_error(start, buffer.count)
            if let reason = unsafe copenssl_reason(code) { return unsafe String(cString: reason) }
            return code == 0 ? "unknown" : unsafe String(cString: start)
        }
    }
}
