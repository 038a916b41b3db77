import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import LegworkTestKit
import Synchronization

/// An endpoint for chat completions on loopback that answers what the test has written, in this order, and after that never.
final class ChatEndpoint: Sendable {
    private struct State {
        var script: [JSONValue]
        var requests: [JSONValue] = []
        var keys: Set<String> = []
    }

    private let state: Lock<State>
    private let loop: EventLoop
    private let server: Lock<HTTPServer?> = Lock(nil)
    private let port: Lock<UInt16> = Lock(0)
    /// Fires when a request has come to which there is no answer.
    let hangs = TestSignal()

    private init(_ script: [JSONValue]) throws {
        state = Lock(State(script: script))
        loop = try EventLoop(name: "chat")
    }

    static func use(_ script: [JSONValue], _ body: (ChatEndpoint) async throws -> Void) async throws {
        let endpoint = try ChatEndpoint(script)
        let server = HTTPServer(loop: endpoint.loop) { request, writer in try await endpoint.respond(request, writer) }
        let port = try server.listen(port: 0)
        endpoint.port.withLock { $0 = port }
        defer { endpoint.loop.stop() }
        do {
            try await body(endpoint)
        } catch {
            await server.shutdown(deadline: .zero)
            throw error
        }
        await server.shutdown(deadline: .zero)
    }

    var url: String { "http://127.0.0.1:\(port.withLock { $0 })/v1" }
    var requests: [JSONValue] { state.withLock { $0.requests } }
    var keys: Set<String> { state.withLock { $0.keys } }

    /// Adds an answer for requests to come.
    func add(_ answer: JSONValue) { state.withLock { $0.script.append(answer) } }

    private func respond(_ request: HTTPRequest, _ writer: HTTPResponseWriter) async throws {
        let body = try JSONValue(parsing: request.body)
        let answer = state.withLock { state -> JSONValue? in
            state.requests.append(body)
            state.keys.insert(request.headers["Authorization"] ?? "")
            return state.script.isEmpty ? JSONValue?.none : state.script.removeFirst()
        }
        guard let answer else {
            hangs.fire()
            return try await TestSignal().waitUnlessCancelled()
        }
        await writer.send(status: 200, headers: ["Content-Type": "application/json"], body: answer.jsonBytes())
    }

    static func text(_ text: String) -> JSONValue {
        [
            "choices": [["message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]],
            "usage": ["prompt_tokens": 10, "completion_tokens": 5],
        ]
    }

    static func call(_ name: String, _ arguments: JSONValue) -> JSONValue {
        let call: JSONValue = [
            "id": "call_1", "type": "function", "function": ["name": .string(name), "arguments": .string(arguments.json())],
        ]
        return [
            "choices": [["message": ["role": "assistant", "content": nil, "tool_calls": [call]], "finish_reason": "tool_calls"]],
            "usage": ["prompt_tokens": 10, "completion_tokens": 5],
        ]
    }
}
