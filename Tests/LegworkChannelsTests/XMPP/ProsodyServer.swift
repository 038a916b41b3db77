import Glibc
import LegworkCore
import LegworkTestKit
import Synchronization
import TestPrograms
import Testing

/// A Prosody of the test's own on a loopback port, with TLS, two users and rooms.
final class ProsodyServer: Sendable {
    static let password = "secret-of-the-account"

    private static func program(_ name: String) -> String? {
        String(cString: getenv("PATH")).split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    static var isInstalled: Bool { program("prosody") != nil && program("openssl") != nil }

    let port: Int
    let folder: TemporaryFolder
    private let process = Lock<pid_t>(0)

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
        try await blocking {
            let (pid, output) = try Self.launch(certify)
            _ = Self.read(output) { _ in false }
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        let (pid, output) = try Self.launch(["prosody", "--config", folder.file("prosody.cfg.lua"), "-F"])
        process.withLock { $0 = pid }
        let (isUp, text) = (TestSignal(), SaidText())
        _ = BlockingThread.start {
            text.text.withLock { $0 = Self.read(output) { $0.contains("Activated service 'c2s'") } }
            isUp.fire()
            _ = Self.read(output) { _ in false }
            close(output)
        }
        await isUp.wait()
        let words = text.text.withLock { $0 }
        guard words.contains("Activated service 'c2s'") else { throw TestProgram.Failure(description: "prosody did not start: \(words)") }
    }

    deinit { kill() }

    func kill() {
        let pid = process.withLock { pid in
            defer { pid = 0 }
            return pid
        }
        guard pid > 0 else { return }
        Glibc.kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    }

    private final class SaidText: Sendable {
        let text = Lock("")
    }

    /// Reads until the end, or until what was read is enough.
    private static func read(_ output: Int32, _ isEnough: (String) -> Bool) -> String {
        var (buffer, text) = ([UInt8](repeating: 0, count: 4096), "")
        while true {
            let count = Glibc.read(output, &buffer, buffer.count)
            if count <= 0 { return text }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if isEnough(text) { return text }
        }
    }

    private static func launch(_ words: [String]) throws -> (pid: pid_t, output: Int32) {
        guard let program = program(words[0]) else { throw TestProgram.Failure(description: "there is no \(words[0])") }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw TestProgram.Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, program, &actions, nil, &arguments, nil)
        close(ends[1])
        guard result == 0 else {
            close(ends[0])
            throw TestProgram.Failure(description: "cannot start \(program): error \(result)")
        }
        return (pid, ends[0])
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs tests only where there is a Prosody to be started.
    static var needsProsody: Self {
        .enabled(if: ProsodyServer.isInstalled, "there is no prosody or no openssl; run scripts/setup --tests")
    }
}
