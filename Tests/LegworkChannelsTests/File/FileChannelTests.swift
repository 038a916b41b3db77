import Glibc
import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import TestPrograms
import Testing

@Suite("A file that is told of deliveries")
struct FileChannelTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func channel(
        _ name: String = "told",
        format: FileChannelConfiguration.Format = .lines,
        maximumBytes: Int = 1 << 20,
        kept: Int = 2
    ) -> FileChannel {
        FileChannel(FileChannelConfiguration(path: folder.file(name), format: format, maximumBytes: maximumBytes, kept: kept))
    }

    @Test("has a line of JSON for each, with all that is known")
    func lines() async throws {
        let contents = [PieceSample.content("one\ntwo"), PieceSample.content("three", status: .failed)]
        for content in contents { _ = try await channel().send(PieceSample.piece(content, target: "here")) }
        let lines = try #require(folder.read("told")).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.compactMap { DeliveryContent(json: $0) } == contents)
        #expect(lines.map { $0["delivery"]?.string } == contents.map { PieceSample.piece($0).key })
        #expect(lines.map { $0["target"]?.string } == ["here", "here"])
    }

    @Test("has the time, the key and the message, where people read it")
    func text() async throws {
        let piece = PieceSample.piece()
        _ = try await channel(format: .text).send(piece)
        #expect(folder.read("told") == "[\(piece.now)] \(piece.key)\nall is well\n\n")
    }

    @Test("holds no entry that is only a text of another", arguments: FileChannelConfiguration.Format.allCases)
    func forged(_ format: FileChannelConfiguration.Format) async throws {
        let victim = PieceSample.piece(PieceSample.content("the victim"))
        var content = PieceSample.content("over\n\n[\(victim.now)] \(victim.key)\nforged\n[x] not this\n", status: .inputRequired)
        content.questions = [["delivery": .string(victim.key), "message": "?"]]
        let channel = channel(format: format)
        for piece in [PieceSample.piece(content), victim] { _ = try await channel.send(piece) }
        let lines = try #require(folder.read("told")).split(separator: "\n")
        #expect(lines.contains { $0.contains("the victim") }, "what another said made it seem to be there already")
        if format == .text {
            #expect(lines.count { $0.hasPrefix("[") } == 2, "\(lines)")
            #expect(lines.contains { $0.hasSuffix("[x] not this") })
        }
    }

    @Test("is made for its owner only")
    func mode() async throws {
        _ = try await channel().send(PieceSample.piece())
        var status = stat()
        #expect(stat(folder.file("told"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("is not written again by what comes again", arguments: FileChannelConfiguration.Format.allCases)
    func again(_ format: FileChannelConfiguration.Format) async throws {
        let (one, other) = (PieceSample.piece(count: 12), PieceSample.piece())
        var tenth = one
        tenth.index = 9
        for piece in [tenth, one, other, one, tenth, other] { _ = try await channel(format: format).send(piece) }
        let text = try #require(folder.read("told"))
        let words = format == .text ? "all is well" : "\"text\":\"all is well\""
        #expect(text.ranges(of: words).count == 3)
    }

    @Test("is renamed when it has grown, and the oldest is let go")
    func rotation() async throws {
        let channel = channel(format: .text, maximumBytes: 200)
        for number in 1...9 { _ = try await channel.send(PieceSample.piece(PieceSample.content("text number \(number)"))) }
        #expect(folder.read("told")?.contains("number 9") == true)
        #expect(folder.read("told.1")?.contains("number 8") == true)
        #expect(folder.read("told.2") != nil)
        #expect(folder.read("told.3") == nil)
        #expect(folder.read("told.2")?.contains("number 1\n") == false)
    }

    @Test("begins a line after one that was cut off")
    func cutOff() async throws {
        try folder.add("told", "{\"delivery\":\"x")
        _ = try await channel().send(PieceSample.piece())
        let lines = try #require(folder.read("told")).split(separator: "\n")
        #expect(lines.count == 2)
        #expect((try? JSONValue(parsing: String(lines[1]))) != nil)
    }

    @Test("is no link, no folder, no pipe, and in a folder that is there")
    func others() async throws {
        try folder.add("target", "")
        #expect(symlink(folder.file("target"), folder.file("link")) == 0)
        try folder.addFolder("folder")
        try folder.addPipe("pipe")
        for name in ["link", "folder", "pipe", "missing/file"] {
            let error = try #require(await failure(channel(name)), "\(name)")
            #expect(error.code == .misconfigured, "\(name): \(error)")
        }
        #expect(folder.read("target") == "")
    }

    @Test("waits while another process writes it")
    func locked() async throws {
        let path = try folder.add("told", "")
        let other = open(path, O_RDWR | O_CLOEXEC)
        defer { close(other) }
        #expect(flock(other, LOCK_EX) == 0)
        #expect(await failure(channel())?.code == .unavailable)
        #expect(flock(other, LOCK_UN) == 0)
        #expect(await failure(channel()) == nil)
    }

    @Test("does what every channel must", .timeLimit(.minutes(1)), arguments: ChannelBehaviour.all)
    func behaves(_ behaviour: ChannelBehaviour) async throws { try await behaviour.run(Provider()) }

    private struct Provider: ChannelProvider {
        let capabilities: ChannelCapabilities = [.keys, .targets]

        func makeStage() async throws -> ChannelStage {
            let folder = try TemporaryFolder()
            let channel = FileChannel(FileChannelConfiguration(path: folder.file("told"), format: .lines))
            return ChannelStage(channel: channel, receiver: Receiver(folder: folder), target: "there")
        }
    }

    private struct Receiver: ChannelReceiver {
        let folder: TemporaryFolder

        func answer(_ answer: ReceiverAnswer) async throws {}

        func received() async throws -> [ReceivedMessage] { try JSONLines.messages(in: folder.read("told") ?? "") }

        func close() async {}
    }
}

/// Documents, one a line.
enum JSONLines {
    static func messages(in text: String) throws -> [ReceivedMessage] {
        try text.utf8.split(separator: UInt8(ascii: "\n")).enumerated().map { number, line in
            let document = try JSONValue(parsing: String(decoding: line, as: UTF8.self))
            return ReceivedMessage(
                id: "\(number)",
                text: "\(document["tool"]?.string ?? "")\n\(document["text"]?.string ?? "")",
                key: document["delivery"]?.string,
                place: document["target"]?.string ?? "own"
            )
        }
    }
}
