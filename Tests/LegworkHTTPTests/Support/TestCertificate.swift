import Glibc
import LegworkEventLoop
import LegworkHTTP

/// Certificates of a day, made with the `openssl` command.
enum TestCertificate {
    /// A key and a certificate for this machine that vouches for itself.
    static func make(in folder: String, named name: String = "server") throws -> TLSFiles {
        let files = TLSFiles(certificate: "\(folder)/\(name).crt", key: "\(folder)/\(name).key")
        let code = try run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
            "/CN=\(name)",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", files.key, "-out", files.certificate,
        ])
        guard code == 0 else { throw SystemError(operation: "make a certificate", errno: EINVAL, message: "openssl ended with \(code)") }
        return files
    }

    /// Runs a program to its end, with its output going nowhere.
    static func run(_ words: [String]) throws -> Int32 {
        let null = Descriptor(owning: unsafe open("/dev/null", O_RDWR | O_CLOEXEC))
        let child = try ProcessControl.spawn(
            SpawnRequest(
                executable: words[0],
                arguments: words,
                environment: ["PATH=/usr/local/bin:/usr/bin:/bin"],
                workingDirectory: "/",
                standardInput: null.number,
                standardOutput: null.number,
                standardError: null.number
            )
        )
        var watched = pollfd(fd: child.pidfd.number, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&watched, 1, -1) != 1 {}
        guard case .exited(let code) = try ProcessControl.reap(pidfd: child.pidfd.number) else { return -1 }
        return code
    }
}
