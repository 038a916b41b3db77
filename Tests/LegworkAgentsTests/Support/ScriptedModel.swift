import LegworkAgents
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import LegworkTestKit
import Synchronization

/// An OpenAI-compatible endpoint on loopback that answers as a test has written, one line of the script per request.
final class ScriptedModel: Sendable {
    enum Answer: Sendable {
        /// Events with these data, then `[DONE]`.
        case stream([JSONValue])
        /// Events, then the connection breaks.
        case broken([JSONValue])
        /// Events with these data, then `[DONE]`, and the connection stays open.
        case open([JSONValue])
        /// A status and a body, with headers.
        case status(Int, JSONValue, HTTPHeaders = [:])
        /// One body with status 200, not streamed.
        case whole(JSONValue)
        /// Nothing, ever.
        case silence
    }

    private struct Broken: Error {}

    private struct State {
        var script: [Answer]
        var requests: [JSONValue] = []
        var keys: [String?] = []
    }

    private let state: Lock<State>
    private let server: Lock<HTTPServer?> = Lock(nil)
    let loop: EventLoop
    let client: HTTPClient
    let port: UInt16
    /// Fires when a request of which nothing is to come has arrived.
    let isSilent = TestSignal()

    init(_ script: [Answer]) throws {
        state = Lock(State(script: script))
        loop = try EventLoop(name: "model")
        client = try HTTPClient(loop: loop)
        let answer = Lock<(@Sendable (HTTPRequest, HTTPResponseWriter) async throws -> Void)?>(nil)
        let server = HTTPServer(loop: loop) { request, writer in
            let handler = answer.withLock { $0 }
            try await handler?(request, writer)
        }
        port = try server.listen(port: 0)
        self.server.withLock { $0 = server }
        answer.withLock { $0 = { [weak self] request, writer in try await self?.respond(request, writer) } }
    }

    /// Closes everything.
    func close() async {
        await server.withLock { $0.take() }?.shutdown(deadline: .zero)
        loop.stop()
    }

    /// The bodies of all requests.
    var requests: [JSONValue] { state.withLock { $0.requests } }
    /// Their `Authorization`.
    var keys: [String?] { state.withLock { $0.keys } }

    var configuration: ChatAgentConfiguration {
        ChatAgentConfiguration(name: "helper", endpoint: ChatEndpoint(baseURL: "http://127.0.0.1:\(port)/v1/"), model: "m1")
    }

    private func respond(_ request: HTTPRequest, _ writer: HTTPResponseWriter) async throws {
        let body = try JSONValue(parsing: request.body)
        let answer = state.withLock { state -> Answer in
            state.requests.append(body)
            state.keys.append(request.headers["Authorization"])
            return state.script.isEmpty ? .status(418, ["error": ["message": "the script is over"]]) : state.script.removeFirst()
        }
        guard request.path == "/v1/chat/completions" else { return await writer.send(status: 404) }
        switch answer {
        case .status(let status, let body, let headers): await writer.send(status: status, headers: headers, body: body.jsonBytes())
        case .whole(let body):
            await writer.send(status: 200, headers: ["Content-Type": "application/json"], body: body.jsonBytes())
        case .stream(let events):
            let stream = await HTTPEventStream.open(writer)
            for event in events { try await stream.send(data: event.json()) }
            try await stream.send(data: "[DONE]")
            await stream.finish()
        case .broken(let events):
            let stream = await HTTPEventStream.open(writer)
            for event in events { try await stream.send(data: event.json()) }
            throw Broken()
        case .open(let events):
            let stream = await HTTPEventStream.open(writer)
            for event in events { try await stream.send(data: event.json()) }
            try await stream.send(data: "[DONE]")
            try await TestSignal().waitUnlessCancelled()
        case .silence:
            isSilent.fire()
            try await TestSignal().waitUnlessCancelled()
        }
    }
}

extension ScriptedModel.Answer {
    /// A streamed text, in two pieces, with 10 tokens read and 5 written.
    static func text(_ text: String) -> ScriptedModel.Answer {
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        return .stream([
            ["model": "m1-real", "choices": [["index": 0, "delta": ["role": "assistant", "content": .string(String(text[..<half]))]]]],
            ["choices": [["index": 0, "delta": ["content": .string(String(text[half...]))]]]],
            ["choices": [["index": 0, "delta": [:], "finish_reason": "stop"]]], usage,
        ])
    }

    /// Streamed calls of tools, their arguments in pieces and interleaved.
    static func calls(_ calls: [(id: String, name: String, arguments: String)]) -> ScriptedModel.Answer {
        var events: [JSONValue] = []
        for (index, call) in calls.enumerated() {
            let function: JSONValue = ["name": .string(call.name), "arguments": ""]
            events.append(delta(["index": JSONValue(index), "id": .string(call.id), "type": "function", "function": function]))
        }
        for half in 0...1 {
            for (index, call) in calls.enumerated() {
                let middle = call.arguments.index(call.arguments.startIndex, offsetBy: call.arguments.count / 2)
                let piece = half == 0 ? call.arguments[..<middle] : call.arguments[middle...]
                events.append(delta(["index": JSONValue(index), "function": ["arguments": .string(String(piece))]]))
            }
        }
        return .stream(events + [["choices": [["index": 0, "delta": [:], "finish_reason": "tool_calls"]]], usage])
    }

    private static func delta(_ call: JSONValue) -> JSONValue {
        ["choices": [["index": 0, "delta": ["tool_calls": [call]]]]]
    }

    static var usage: JSONValue {
        [
            "choices": [],
            "usage": ["prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": ["cached_tokens": 4]],
        ]
    }
}
