import Glibc
import LegworkEventLoop
import Testing

@Suite("Process primitives", .timeLimit(.minutes(5)))
struct ProcessPrimitives {
    @Test(
        "run a program with its arguments, environment, folder and descriptors, and tell how it ended",
        arguments: [
            ("echo $NAME; pwd; ls /proc/self/fd | wc -l; exit 3", "x y\n/\n4\n", ProcessExit.exited(3)),
            ("kill -9 $$", "", ProcessExit.signalled(9, coreDumped: false)),
            ("cat", "", ProcessExit.exited(0)),
        ]
    )
    func runs(script: String, output: String, status: ProcessExit) async throws {
        let null = Descriptor(owning: unsafe open("/dev/null", O_RDWR | O_CLOEXEC))
        let ends = try Descriptor.pipe()
        let reader = Descriptor(owning: ends.read)
        let child = try {
            let writer = Descriptor(owning: ends.write)
            return try ProcessControl.spawn(
                SpawnRequest(
                    executable: "sh",
                    arguments: ["sh", "-c", script],
                    environment: ["NAME=x y", "PATH=/usr/bin:/bin"],
                    workingDirectory: "/",
                    standardInput: null.number,
                    standardOutput: writer.number,
                    standardError: null.number
                )
            )
        }()
        let loop = try EventLoop(name: "child")
        await loop.readable(child.pidfd.number)
        let ended = try ProcessControl.reap(pidfd: child.pidfd.number)
        #expect(ended == status)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let transfer = unsafe bytes.withUnsafeMutableBytes { unsafe Descriptor.read(reader.number, into: $0) }
        guard case .bytes(let count) = transfer else {
            Issue.record("no output: \(transfer)")
            return
        }
        #expect(String(decoding: bytes[..<count], as: UTF8.self) == output)
        #expect(throws: SystemError.self) { try ProcessControl.reap(pidfd: child.pidfd.number) }
    }

    @Test("map descriptors although they cross over")
    func crossing() async throws {
        let out = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        let outReader = Descriptor(owning: out.read)
        let outWriter = Descriptor(owning: out.write)
        let errorReader = Descriptor(owning: error.read)
        let errorWriter = Descriptor(owning: error.write)
        var request = SpawnRequest(
            executable: "/bin/sh",
            arguments: ["sh", "-c", "echo out; echo err >&2; echo more >&9"],
            standardInput: outReader.number,
            standardOutput: outWriter.number,
            standardError: errorWriter.number
        )
        request.descriptors[9] = errorWriter.number
        let child = try ProcessControl.spawn(request)
        let loop = try EventLoop(name: "cross")
        await loop.readable(child.pidfd.number)
        #expect(try ProcessControl.reap(pidfd: child.pidfd.number) == .exited(0))
        #expect(text(outReader) == "out\n")
        #expect(text(errorReader) == "err\nmore\n")
    }

    @Test("kill a whole group and see the processes in the table")
    func groups() async throws {
        let null = Descriptor(owning: unsafe open("/dev/null", O_RDWR | O_CLOEXEC))
        let child = try ProcessControl.spawn(
            SpawnRequest(
                executable: "/bin/sleep",
                arguments: ["sleep", "600"],
                standardInput: null.number,
                standardOutput: null.number,
                standardError: null.number
            )
        )
        #expect(try ProcessControl.reap(pidfd: child.pidfd.number) == nil)
        let entry = try #require(ProcessTable.entry(of: child.pid))
        #expect(entry.parent == getpid())
        #expect(entry.group == child.pid && entry.session == child.pid)
        #expect(ProcessTable.startTime(of: child.pid) == entry.startTime)
        #expect(ProcessTable.children(of: getpid()).contains { $0.pid == child.pid })
        #expect(try ProcessControl.killGroup(child.pid, signal: SIGKILL))
        let loop = try EventLoop(name: "group")
        await loop.readable(child.pidfd.number)
        #expect(try ProcessControl.reap(pidfd: child.pidfd.number) == .signalled(SIGKILL, coreDumped: false))
        #expect(try !ProcessControl.kill(pidfd: child.pidfd.number, signal: SIGTERM))
    }

    @Test("name what is missing", arguments: [("/no/such/program", nil), ("/bin/true", "/no/such/folder")] as [(String, String?)])
    func missing(executable: String, folder: String?) throws {
        let error = #expect(throws: SystemError.self) {
            _ = try ProcessControl.spawn(
                SpawnRequest(
                    executable: executable,
                    arguments: ["x"],
                    workingDirectory: folder,
                    standardInput: 0,
                    standardOutput: 1,
                    standardError: 2
                )
            )
        }
        #expect(error?.code == .notFound)
        #expect(error?.operation.contains(folder ?? executable) == true)
    }

    @Test("refuse to signal everybody", arguments: [-1, 0, 1] as [Int32])
    func refusesBroadTargets(target: Int32) {
        #expect(throws: SystemError.self) { try ProcessControl.killGroup(target, signal: 0) }
        #expect(throws: SystemError.self) { try ProcessControl.kill(pid: target, signal: 0) }
    }

    @Test("read a stat line whose name has brackets and spaces")
    func statLine() {
        let fields = (4...22).map { String($0 * 10) }.joined(separator: " ")
        let entry = ProcessTable.Entry(stat: "12 (a) b (c)) S \(fields) 1 2 3\n")
        #expect(entry?.pid == 12)
        #expect(entry?.name == "a) b (c)")
        #expect(entry?.parent == 40)
        #expect(entry?.startTime == 220)
        #expect(ProcessTable.Entry(stat: "12 nothing") == nil)
        #expect(ProcessTable.Entry(stat: ")12 (") == nil)
    }
}

extension EventLoop {
    func readable(_ descriptor: Int32) async {
        let signal = Signal()
        let watch = try? watch(descriptor: descriptor, for: .read) { signal.send() }
        await signal.wait()
        await settle { watch?.cancel() }
    }
}

private func text(_ reader: borrowing Descriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let transfer = unsafe bytes.withUnsafeMutableBytes { unsafe Descriptor.read(reader.number, into: $0) }
    guard case .bytes(let count) = transfer else { return "" }
    return String(decoding: bytes[..<count], as: UTF8.self)
}
