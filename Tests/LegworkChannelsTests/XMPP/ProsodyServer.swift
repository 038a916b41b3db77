import LegworkCore
import LegworkTestKit
import TestPrograms
import Testing

/// A Prosody of the test's own on a loopback port, with TLS, two users and rooms.
final class ProsodyServer: Sendable {
    static let password = "secret-of-the-account"

    static var isInstalled: Bool { ServerProcess.program("prosody") != nil && ServerProcess.program("openssl") != nil }

    let port: Int
    let folder: TemporaryFolder
    private let process: ServerProcess

    var certificate: String { folder.file("certificate.pem") }

    /// Makes a certificate and starts a server, and returns when it takes connections.
    init() async throws {
        folder = try TemporaryFolder()
        port = try RedisServer.freePort()
        let folder = folder
        for name in ["data", "data/localhost", "data/localhost/accounts"] { try folder.addFolder(name) }
        for user in ["legwork", "ann"] {
            try folder.add("data/localhost/accounts/\(user).dat", "return { [\"password\"] = \"\(Self.password)\" };\n", mode: 0o600)
        }
        try folder.add(
            "prosody.cfg.lua",
            """
            run_as_root = true
            daemonize = false
            pidfile = "\(folder.path)/pid"
            data_path = "\(folder.path)/data"
            log = { info = "*console" }
            interfaces = { "127.0.0.1" }
            c2s_ports = { \(port) }
            c2s_direct_tls_ports = {}
            http_ports = {}
            https_ports = {}
            modules_enabled = { "saslauth", "tls", "ping", "offline" }
            modules_disabled = { "s2s", "admin_shell" }
            c2s_require_encryption = true
            authentication = "internal_plain"
            VirtualHost "localhost"
                ssl = { key = "\(folder.path)/key.pem", certificate = "\(folder.path)/certificate.pem" }
            Component "rooms.localhost" "muc"
                modules_enabled = { "muc_mam" }
            """,
            mode: 0o600
        )
        let certify = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", folder.file("key.pem"), "-out", folder.file("certificate.pem"),
        ]
        guard let openssl = ServerProcess.program("openssl"), let prosody = ServerProcess.program("prosody") else {
            throw TestProgram.Failure(description: "there is no prosody or no openssl; run scripts/setup --tests")
        }
        try await blocking { try ServerProcess.run(openssl, certify) }
        process = try await ServerProcess(
            prosody,
            ["prosody", "--config", folder.file("prosody.cfg.lua"), "-F"],
            saying: "Activated service 'c2s'"
        )
    }

    func kill() { process.kill() }
}

extension Trait where Self == ConditionTrait {
    /// Runs tests only where there is a Prosody to be started.
    static var needsProsody: Self {
        .enabled(if: ProsodyServer.isInstalled, "there is no prosody or no openssl; run scripts/setup --tests")
    }
}
