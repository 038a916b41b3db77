import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

/// A server on a Unix socket and a TCP port, a client, and a folder that goes with them.
final class TestServer: Sendable {
    let loop: EventLoop
    let server: HTTPServer
    let client: HTTPClient
    let folder: String
    let path: String
    let port: UInt16

    /// The certificate that is shown at the port; nil where that is plain.
    let certificate: String?

    private init(
        configuration: HTTPServerConfiguration,
        isSecure: Bool,
        handler: @escaping @Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void
    ) throws {
        loop = try EventLoop(name: "http")
        server = HTTPServer(loop: loop, configuration: configuration, handler: handler)
        client = try HTTPClient(loop: loop)
        folder = try temporaryFolder()
        path = folder + "/s"
        try server.listen(unixSocket: path)
        if isSecure {
            let files = try TestCertificate.make(in: folder)
            certificate = files.certificate
            port = try server.listen(port: 0, tls: files)
        } else {
            certificate = nil
            port = try server.listen(port: 0)
        }
    }

    /// Runs a body against a server, which is gone afterwards.
    static func run(
        _ configuration: HTTPServerConfiguration = .init(),
        isSecure: Bool = false,
        handler: @escaping @Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void,
        body: (TestServer) async throws -> Void
    ) async throws {
        let test = try TestServer(configuration: configuration, isSecure: isSecure, handler: handler)
        do {
            try await body(test)
        } catch {
            await test.server.shutdown(deadline: .zero)
            throw error
        }
        await test.server.shutdown(deadline: .zero)
        test.loop.stop()
        removeFolder(test.folder)
    }

    func destination(_ target: String, isUnix: Bool = true) -> HTTPClientRequest.Destination {
        isUnix ? .unixSocket(path: path, target: target) : .url("http\(certificate == nil ? "" : "s")://127.0.0.1:\(port)\(target)")
    }

    func request(
        _ method: String,
        _ target: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        isUnix: Bool = true
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: method, destination: destination(target, isUnix: isUnix), headers: headers, body: body)
        request.trustedCertificates = certificate
        return request
    }

    func get(_ target: String, isUnix: Bool = true) async throws -> (status: Int, text: String) {
        let response = try await client.send(request("GET", target, isUnix: isUnix))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    func raw(isUnix: Bool = true) throws -> RawConnection {
        try RawConnection(
            loop: loop,
            descriptor: isUnix ? StreamSocket.connect(path: path) : StreamSocket.connect(loopbackPort: port)
        )
    }

    /// Sends bytes as they are, and answers everything that comes back until the server closes.
    func exchange(_ bytes: [UInt8]) async throws -> String {
        let raw = try raw()
        raw.send(bytes)
        let answer = await raw.readToEnd()
        raw.close()
        return answer
    }
}

func temporaryFolder() throws -> String {
    var template = Array("/tmp/legwork-http-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    guard let path = unsafe mkdtemp(&template) else { throw SystemError.last("make a folder") }
    return unsafe String(cString: path)
}

func removeFolder(_ folder: String) {
    guard let names = unsafe opendir(folder) else { return }
    while let item = unsafe readdir(names) {
        let name = unsafe withUnsafePointer(to: &item.pointee.d_name) { pointer in
            unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        if name != ".", name != ".." { _ = unsafe unlink(folder + "/" + name) }
    }
    unsafe closedir(names)
    _ = unsafe rmdir(folder)
}

func utf8(_ text: String) -> [UInt8] {
    Array(text.utf8)
}
