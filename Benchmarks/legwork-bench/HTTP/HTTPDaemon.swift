import Glibc
import Legwork
import LegworkCore
import LegworkDaemon
import LegworkEventLoop
import LegworkHTTP

/// The daemon as `legwork serve` runs it, in a process of its own, with two tools to be called; and beside it a server that is nothing but
/// `LegworkHTTP` and answers as the plain C server does: `/N` with N bytes.
enum HTTPDaemon {
    /// Starts this program anew as that daemon.
    ///
    /// Its numbers are the ports of the daemon and of the bare server; the bare server's Unix socket is `plain.sock` in the folder.
    static func start(in folder: TemporaryFolder) throws -> ServerProcess {
        try ServerProcess("'\(CommandLine.arguments[0])' --http-daemon '\(folder.path)' 2> '\(folder.path)/daemon.log'")
    }

    static func run(folder path: String) async throws {
        var configuration = DaemonConfiguration(folder: StateFolder(path: path))
        let port = try freePort()
        configuration.port = port
        let daemon = try await Daemon(configuration, log: DaemonLog())
        try daemon.manager.tools.register(echo)
        try daemon.manager.tools.register(busy)

        let loop = try EventLoop(name: "plain")
        let plain = HTTPServer(loop: loop) { request, writer in
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: Int(request.path.dropFirst()) ?? 0)
            await writer.send(status: 200, headers: ["Content-Type": "application/json"], body: body)
        }
        try plain.listen(unixSocket: path + "/plain.sock")
        let plainPort = try plain.listen(port: 0)
        print("\(getpid()) \(port) \(plainPort)")
        fflush(nil)
        try await daemon.run()
        await plain.shutdown()
        loop.stop()
    }

    private static func freePort() throws -> UInt16 {
        let socket = try StreamSocket.listen(host: "127.0.0.1", port: 0, allowRemote: false, backlog: 1)
        return StreamSocket.address(of: socket.number, remote: false)?.port ?? 0
    }

    /// The least that a tool can do.
    private static let echo = ClosureTool(ToolDescriptor(name: "echo", description: "Says what it was told.")) { arguments, _ in
        .text(arguments["text"]?.string ?? "")
    }

    /// Writes entries into its timeline, each with the time, when a message asks for so many at such a pace.
    private static let busy = ClosureTool(ToolDescriptor(name: "busy", description: "Is busy.", hasInbox: true)) { _, context in
        while let message = try await context.nextMessage(waitingAtMost: .seconds(600)) {
            let count = message.content["count"]?.int ?? 0
            let pause = message.content["pause_us"]?.int ?? 0
            if count == 0 { break }
            for number in 0..<count {
                context.emit(data: ["number": JSONValue(number), "at": JSONValue(Int(monotonicNanoseconds()))])
                if pause > 0 { try await Task.sleep(for: .microseconds(pause)) }
            }
        }
        return .text("done")
    }
}
