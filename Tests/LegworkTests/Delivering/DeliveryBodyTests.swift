import Legwork
import LegworkTestKit
import Testing

@Suite("How a channel's messages hold a result")
struct DeliveryBodyTests {
    @Test("is the channel's to say", arguments: [(BodyStyle.fenced, "```\n## Done\n```"), (.automatic, "\n## Done")])
    func body(style: BodyStyle, expected: String) async throws {
        let channel = ScriptedChannel(form: .messages(MessageStyle(limit: MessageLimit(2000), markup: .discord)))
        let tool = ClosureTool(ToolDescriptor(name: "agent", description: "Answers.")) { _, _ in .text("## Done") }
        let bench = try DeliveryBench([ChannelEntry("ops", kind: "scripted", channel, body: style)], tools: [tool])
        try await bench.running {
            try await bench.end("agent", in: "ops")
            await channel.hasTaken(1)
        }
        #expect(channel.taken.first?.message?.marked.hasSuffix(expected) == true)
    }
}
