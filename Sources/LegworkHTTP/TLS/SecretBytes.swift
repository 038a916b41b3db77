internal import COpenSSL

/// Bytes that nobody guesses, and what may be kept of them.
package enum SecretBytes {
    /// Random bytes for a secret.
    ///
    /// - Returns: nil when the system has no randomness to give.
    package static func random(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isFilled = unsafe bytes.withUnsafeMutableBufferPointer { unsafe RAND_priv_bytes($0.baseAddress, Int32($0.count)) } == 1
        return isFilled ? bytes : nil
    }

    /// The SHA-256 of bytes: 32 bytes from which a secret of 256 bits cannot be found.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe digest.withUnsafeMutableBufferPointer {
            unsafe EVP_Digest(bytes, bytes.count, $0.baseAddress, nil, EVP_sha256(), nil)
        }
        precondition(isDone == 1, "SHA-256 of bytes in memory cannot fail")
        return digest
    }

    /// The code of bytes under a key (HMAC with SHA-256, RFC 2104): 32 bytes that nobody makes without it.
    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe code.withUnsafeMutableBufferPointer {
            unsafe HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, $0.baseAddress, nil) != nil
        }
        precondition(isDone, "HMAC of bytes in memory cannot fail")
        return code
    }

    /// Whether two secrets are equal. The time it takes says nothing of how much of them is.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
