import LegworkCore
import Testing

@testable import LegworkAgents

@Suite("Following what an agent says")
struct TranscriptTests {
    @Test("pieces become one message, which a call or the end completes")
    func pieces() {
        var transcript = AgentTranscript()
        #expect(transcript.apply(.messagePart("a")) == [])
        #expect(transcript.apply(.messagePart("b")) == [])
        #expect(
            transcript.apply(.toolStarted(id: "1", name: "t", arguments: nil))
                == [.message("ab"), .beginCall(id: "1", name: "t", arguments: nil), .status("t")]
        )
        #expect(transcript.apply(.messagePart("c")) == [])
        #expect(transcript.apply(.ended(AgentEnding())) == [.message("c")])
        #expect(transcript.text == "c")
    }

    @Test("calls are told apart by their ids, whatever their names, and each ends once")
    func calls() {
        var transcript = AgentTranscript()
        for id in ["1", "2", "2"] { _ = transcript.apply(.toolStarted(id: id, name: "same", arguments: nil)) }
        #expect(transcript.callCount == 2)
        #expect(transcript.apply(.toolEnded(id: "1", result: "x", isError: false)) == [.endCall(id: "1", result: "x", isError: false)])
        #expect(transcript.apply(.toolEnded(id: "1", result: "x", isError: false)) == [])
        #expect(transcript.apply(.toolEnded(id: "9", result: nil, isError: false)) == [])
        #expect(transcript.close() == [.endCall(id: "2", result: "the agent ended before the call did", isError: true)])
        #expect(transcript.close() == [])
    }

    @Test("the ending's own text is the result, otherwise the last message")
    func result() {
        var transcript = AgentTranscript()
        _ = transcript.apply(.message("last"))
        _ = transcript.apply(.ended(AgentEnding(text: "")))
        #expect(transcript.text == "last")
        _ = transcript.apply(.ended(AgentEnding(text: "final")))
        #expect(transcript.text == "final")
    }

    @Test("a session is told of once")
    func session() {
        var transcript = AgentTranscript()
        #expect(transcript.apply(.session(id: "s", model: "m")) == [.session("s")])
        #expect(transcript.apply(.session(id: "s", model: nil)) == [])
        #expect(transcript.model == "m")
        #expect(transcript.apply(.session(id: "t", model: nil)) == [.session("t")])
    }
}
