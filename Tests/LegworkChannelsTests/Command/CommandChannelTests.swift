import Glibc
import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import TestPrograms
import Testing

@Suite("A program that is told of deliveries")
struct CommandChannelTests {
    private let folder: TemporaryFolder
    private let loop: EventLoop

    init() throws {
        folder = try TemporaryFolder()
        loop = try EventLoop(name: "test")
    }

    private func channel(_ script: String, environment: [String: String] = [:]) throws -> CommandChannel {
        let path = try folder.add("program", "#!/bin/sh\n\(script)\n")
        return try CommandChannel(CommandChannelConfiguration([path, "one two", "$(x)"], environment: environment), loop: loop)
    }

    @Test("reads all that is known, finds the rest in its environment, and no shell sees its arguments")
    func told() async throws {
        let channel = try channel("cat > \(folder.path)/in; env > \(folder.path)/env; printf '%s|' \"$@\" > \(folder.path)/arguments")
        let piece = PieceSample.piece(PieceSample.content("all\u{0} is well"), target: "room")
        _ = try await channel.send(piece)
        let document = try JSONValue(parsing: try #require(folder.read("in")))
        #expect(DeliveryContent(json: document) == piece.content)
        #expect(document["delivery"]?.string == piece.key)
        let variables = Set(try #require(folder.read("env")).split(separator: "\n").map(String.init))
        #expect(
            variables.isSuperset(of: [
                "LEGWORK_DELIVERY=\(piece.key)", "LEGWORK_TASK=\(piece.content.task)", "LEGWORK_STATUS=completed", "LEGWORK_TOOL=backup",
                "LEGWORK_OWNER=ann", "LEGWORK_TARGET=room",
            ])
        )
        #expect(folder.read("arguments") == "one two|$(x)|")
    }

    @Test(
        "says with its code whether it has taken it",
        arguments: [
            ("exit 0", nil), ("exec < /dev/null; exit 0", nil), ("exit 75", ChannelError.Code.unavailable), ("exit 1", .rejected),
            ("exit 127", .rejected), ("kill -9 $$", .unavailable),
        ]
    )
    func codes(_ script: String, _ code: ChannelError.Code?) async throws {
        let large = PieceSample.piece(PieceSample.content(String(repeating: "x", count: 60_000)))
        #expect(await failure(try channel(script), large)?.code == code)
    }

    @Test("has its last words told, but not what it was given to keep")
    func lastWords() async throws {
        let channel = try channel(
            "echo first; head -c 300000 /dev/zero; printf '\\nno: %s\\033[1m\\n\\n' \"$TOKEN\"; exit 3",
            environment: ["TOKEN": "hunter2hunter2"]
        )
        let error = try #require(await failure(channel))
        #expect(error.message == "the program ended with the code 3: no: [hidden] [1m")
        #expect(!String(reflecting: channel).contains("hunter2") && !"\(channel)".contains("hunter2"))
    }

    @Test(
        "has nothing told of what it was given to keep, also where its words are cut",
        arguments: [
            ("printf '%0190d%s\\n' 0 \"$TOKEN\"; exit 3", "hunt"), ("printf '%s%016375d\\n' \"$TOKEN\" 0; exit 3", "ter2"),
        ]
    )
    func lastWordsCut(_ script: String, _ part: String) async throws {
        let error = try #require(await failure(try channel(script, environment: ["TOKEN": "hunter2hunter2"])))
        #expect(!error.message.contains(part), "\(error)")
    }

    @Test("is there when the channel is made")
    func missing() {
        #expect { try CommandChannel(CommandChannelConfiguration(["/nowhere/program"]), loop: loop) } throws: {
            ($0 as? ChannelError)?.code == .misconfigured
        }
    }

    @Test("that is gone later is a fault of the configuration")
    func gone() async throws {
        let channel = try channel("exit 0")
        folder.remove()
        #expect(await failure(channel)?.code == .misconfigured)
    }

    @Test("does what every channel must", .timeLimit(.minutes(1)), arguments: ChannelBehaviour.all)
    func behaves(_ behaviour: ChannelBehaviour) async throws { try await behaviour.run(Provider()) }

    private struct Provider: ChannelProvider {
        let capabilities: ChannelCapabilities = [.keys, .targets, .refusal, .trouble, .silence]

        func makeStage() async throws -> ChannelStage {
            let (folder, loop, secret) = (try TemporaryFolder(), try EventLoop(name: "test"), "secret-of-the-program")
            let path = try folder.add(
                "program",
                """
                #!/bin/sh
                cd \(folder.path)
                read -r answer < answer
                case $answer in
                    taking) exec cat >> received ;;
                    trouble) echo "not now: $TOKEN"; exit 75 ;;
                    refusal) cat; echo "never: $TOKEN"; exit 1 ;;
                    silence) cat > /dev/null; echo asked > asked; while true; do read -r nothing < wait; done ;;
                esac
                """
            )
            for name in ["asked", "wait"] { try folder.addPipe(name) }
            try folder.add("answer", "taking\n")
            let channel = try CommandChannel(CommandChannelConfiguration([path], environment: ["TOKEN": secret]), loop: loop)
            return ChannelStage(
                channel: channel,
                receiver: Receiver(folder: folder, loop: loop),
                secrets: [secret],
                target: "there"
            )
        }
    }

    private struct Receiver: ChannelReceiver {
        let folder: TemporaryFolder
        let loop: EventLoop

        func answer(_ answer: ReceiverAnswer) async throws {
            remove("answer")
            try folder.add("answer", "\(answer)\n")
        }

        func received() async throws -> [ReceivedMessage] { try JSONLines.messages(in: folder.read("received") ?? "") }

        func waitUntilAsked() async throws { _ = try await blocking { folder.read("asked") } }

        func close() async {}

        private func remove(_ name: String) { _ = unlink(folder.file(name)) }
    }
}
