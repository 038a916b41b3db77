import Glibc
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization
import Testing

@Suite("Listening and stopping", .timeLimit(.minutes(5)))
struct Listening {
    private func server(_ loop: EventLoop) -> HTTPServer {
        HTTPServer(loop: loop) { _, writer in await writer.send(status: 200, body: utf8("here")) }
    }

    private func mode(_ path: String) -> UInt32? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test("makes the folder 0700 and the socket 0600, and removes the socket at the end")
    func modes() async throws {
        let folder = try temporaryFolder()
        let loop = try EventLoop(name: "modes")
        let server = server(loop)
        try server.listen(unixSocket: folder + "/new/s")
        #expect(mode(folder + "/new") == 0o700)
        #expect(mode(folder + "/new/s") == 0o600)
        await server.shutdown()
        #expect(mode(folder + "/new/s") == nil)
        _ = unsafe rmdir(folder + "/new")
        removeFolder(folder)
    }

    @Test("explains what is wrong with a path")
    func badPaths() async throws {
        let folder = try temporaryFolder()
        let loop = try EventLoop(name: "paths")
        let first = server(loop)
        let path = folder + "/s"
        try first.listen(unixSocket: path)
        let file = Descriptor(owning: unsafe open(folder + "/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        #expect(file.number >= 0)
        let second = server(loop)
        let cases = [
            ("/tmp/" + String(repeating: "x", count: 120), "1 to 107 bytes"),
            ("/tmp/legwork-socket-in-shared-folder", "mode 0700"),
            (path, "another process listens there"),
            (folder + "/file", "no socket"),
            (folder + "/a/b/c", "make the folder"),
        ]
        for (path, text) in cases {
            let error = #expect(throws: HTTPError.self) { try second.listen(unixSocket: path) }
            #expect(error?.code == .listenFailed)
            #expect(error?.message.contains(text) == true)
        }
        for host in ["0.0.0.0", "192.0.2.1", "::", "example.org"] {
            let error = #expect(throws: HTTPError.self) { try second.listen(host: host, port: 0) }
            #expect(error?.code == .listenFailed)
        }
        await first.shutdown()
        await second.shutdown()
        removeFolder(folder)
    }

    @Test("a stale socket is told from a missing one, and replaced by the next server")
    func staleSocket() async throws {
        let folder = try temporaryFolder()
        let path = folder + "/s"
        let loop = try EventLoop(name: "stale")
        let client = try HTTPClient(loop: loop)
        let request = HTTPClientRequest(destination: .unixSocket(path: path, target: "/"))
        let missing = await #expect(throws: HTTPError.self) { _ = try await client.send(request) }
        #expect(missing?.code == .noSuchSocket)
        do { _ = try StreamSocket.listen(path: path, backlog: 1) }
        let stale = await #expect(throws: HTTPError.self) { _ = try await client.send(request) }
        #expect(stale?.code == .connectionRefused)
        let server = server(loop)
        try server.listen(unixSocket: path)
        #expect(try await client.send(request).status == 200)
        await server.shutdown()
        removeFolder(folder)
    }

    @Test("listens at several addresses, IPv6 among them")
    func several() async throws {
        let loop = try EventLoop(name: "several")
        let server = server(loop)
        let client = try HTTPClient(loop: loop)
        let four = try server.listen(port: 0)
        let again = try server.listen(host: "localhost", port: 0)
        #expect(four != again)
        for port in [four, again] {
            let response = try await client.send(HTTPClientRequest(destination: .url("http://127.0.0.1:\(port)/")))
            #expect(try await response.body.collect(upTo: 10) == utf8("here"))
        }
        if let six = try? server.listen(host: "::1", port: 0) {
            #expect(try await client.send(HTTPClientRequest(destination: .url("http://[::1]:\(six)/"))).status == 200)
        }
        await server.shutdown()
        let error = await #expect(throws: HTTPError.self) {
            _ = try await client.send(HTTPClientRequest(destination: .url("http://127.0.0.1:\(four)/")))
        }
        #expect(error?.code == .connectionRefused)
    }

    @Test("a graceful stop lets requests in flight finish, and closes idle connections")
    func graceful() async throws {
        let started = Signal()
        let release = Signal()
        try await TestServer.run { _, writer in
            started.send()
            await release.wait()
            await writer.send(status: 200, body: utf8("finished"))
        } body: { test in
            let idle = try test.raw()
            async let answer = test.get("/")
            await started.wait()
            async let stopped: Void = test.server.shutdown(deadline: .seconds(30))
            _ = await idle.readToEnd()
            idle.close()
            release.send()
            #expect(try await answer == (200, "finished"))
            await stopped
            let error = await #expect(throws: HTTPError.self) { _ = try await test.get("/") }
            #expect(error?.code == .noSuchSocket)
        }
    }

    @Test("at the deadline handlers are cancelled and connections cut off")
    func deadline() async throws {
        let started = Signal()
        let cancelled = Signal()
        try await TestServer.run { _, _ in
            started.send()
            await withTaskCancellationHandler {
                await cancelled.wait()
            } onCancel: {
                cancelled.send()
            }
        } body: { test in
            async let answer = Result.of { try await test.get("/") }
            await started.wait()
            await test.server.shutdown(deadline: .milliseconds(20))
            await cancelled.wait()
            guard case .failure(let error as HTTPError) = await answer else {
                Issue.record("an answer came")
                return
            }
            #expect(error.code == .connectionLost)
        }
    }
}

extension Result where Failure == any Error {
    static func of(_ body: () async throws -> Success) async -> Result {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
