import LegworkChannelConformance
import LegworkChannels
import LegworkCore
import LegworkHTTP
import Testing

@Suite("Channels over HTTP")
struct PlatformConformanceTests {
    @Test("do what every channel must", .timeLimit(.minutes(2)), arguments: PlatformProvider.all, ChannelBehaviour.all)
    func conforms(_ provider: PlatformProvider, _ behaviour: ChannelBehaviour) async throws {
        try await behaviour.run(provider)
    }

    @Test(
        "go to no private address, whatever the host is called, unless that is allowed",
        .timeLimit(.minutes(1)),
        arguments: PlatformProvider.all,
        ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"]
    )
    func guarded(_ provider: PlatformProvider, host: String) async throws {
        let receiver = try PlatformReceiver(provider.platform)
        let channel = try receiver.channel(host: host, allowsPrivateAddresses: false)
        let error = await #expect(throws: ChannelError.self) { try await channel.send(.sample()) }
        // A machine without IPv6 comes not even as far as that.
        #expect(error?.code == .misconfigured || (host.hasPrefix("[") && error?.code == .unavailable), "\(String(describing: error))")
        if error?.code == .misconfigured { #expect(error?.message.contains("allow_private") == true) }
        #expect(receiver.inbox.requests.isEmpty)
        await receiver.close()
    }

    @Test("follow nobody elsewhere", .timeLimit(.minutes(1)), arguments: PlatformProvider.all)
    func redirected(_ provider: PlatformProvider) async throws {
        let receiver = try PlatformReceiver(provider.platform)
        receiver.redirect()
        let channel = try receiver.channel()
        let error = await #expect(throws: ChannelError.self) { try await channel.send(.sample()) }
        #expect(error?.code == .misconfigured && error?.message.contains("redirects are not followed") == true)
        #expect(receiver.inbox.requests.count == 1)
        await receiver.close()
    }

    @Test("send what was cut as a file, where the platform takes files", .timeLimit(.minutes(1)), arguments: PlatformProvider.all)
    func files(_ provider: PlatformProvider) async throws {
        let receiver = try PlatformReceiver(provider.platform)
        let channel = try receiver.channel()
        guard case .messages(let style) = channel.form, style.maximumAttachmentBytes != nil else { return await receiver.close() }
        let file = MessageAttachment(name: "re\"s\r\nult.txt", bytes: Array("a\r\n--b\r\n\0 whole".utf8))
        let receipt = try await channel.send(.sample(attachment: file))
        #expect(receiver.inbox.messages.count == 1)
        #expect(receiver.inbox.files.map(\.bytes) == [file.bytes])
        #expect(receiver.inbox.files.map(\.name) == ["re_s__ult.txt"])
        #expect(receipt.receipt?["file"] == "sent")
        await receiver.close()
    }
}

extension DeliveryPiece {
    /// A message of a task.
    static func sample(
        _ text: String = "it is done",
        target: String? = nil,
        attachment: MessageAttachment? = nil,
        previous: JSONValue? = nil,
        status: TaskStatus = .completed
    ) -> DeliveryPiece {
        let start = Timestamp(milliseconds: 1_795_176_000_000)
        let content = DeliveryContent(
            task: .random(),
            owner: "ann",
            tool: "suite",
            title: "Run the tests",
            status: status,
            text: text,
            createdAt: start,
            at: start + .seconds(12)
        )
        return DeliveryPiece(
            delivery: DeliveryID(task: content.task, redirect: 1, event: 3).description,
            target: target,
            content: content,
            message: FormattedMessage(plain: text, marked: text),
            attachment: attachment,
            previous: previous,
            now: start + .seconds(13)
        )
    }
}
