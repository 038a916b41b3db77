/// Makes the code by which a server knows again what it gave a client to carry.
public struct MCPSeal: Sendable {
    private let make: @Sendable ([UInt8]) -> [UInt8]

    /// Wraps a message authentication code, such as HMAC with a secret that is kept: then what a client carries outlives the process.
    public init(_ make: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.make = make }

    /// A seal whose secret ends with the process: the standard library's SipHash, twice.
    public static func ofThisProcess() -> MCPSeal {
        let secrets = (0..<2).map { _ in (0..<16).map { _ in UInt8.random(in: .min ... .max) } }
        return MCPSeal { bytes in
            secrets.flatMap { secret in
                var hasher = Hasher()
                hasher.combine(secret)
                hasher.combine(bytes)
                return withUnsafeBytes(of: hasher.finalize()) { Array($0) }
            }
        }
    }

    func code(of bytes: [UInt8]) -> [UInt8] { make(bytes) }

    /// Whether a code is that of bytes. The time it takes says nothing of how much of a guess was right.
    func isCode(_ code: [UInt8], of bytes: [UInt8]) -> Bool {
        let right = make(bytes)
        guard code.count == right.count else { return false }
        return zip(code, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
