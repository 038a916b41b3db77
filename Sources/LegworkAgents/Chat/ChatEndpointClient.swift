import LegworkCore
import LegworkHTTP

/// Asks a model once.
struct ChatEndpointClient: Sendable {
    private let client: HTTPClient
    private let endpoint: ChatEndpoint
    private let clock: any TaskClock

    init(_ client: HTTPClient, _ endpoint: ChatEndpoint, clock: any TaskClock) {
        self.client = client
        self.endpoint = endpoint
        self.clock = clock
    }

    /// Sends a request and reads the answer as it is written.
    ///
    /// - Parameters:
    ///   - key: sent, and nothing else done with it.
    ///   - onText: hears the answer's text so far.
    /// - Throws: ``ChatFault``, `CancellationError`.
    func ask(_ body: JSONValue, key: String?, onText: (String) -> Void) async throws -> ChatAnswer {
        do {
            return try await send(request(body, key), onText)
        } catch let error as HTTPError {
            try Task.checkCancellation()
            throw fault(error)
        }
    }

    private func request(_ body: JSONValue, _ key: String?) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: "POST", destination: .url(endpoint.url), body: body.jsonBytes())
        request.headers = ["Content-Type": "application/json", "Accept": "text/event-stream"]
        for (name, value) in endpoint.headers.sorted(by: { $0.key < $1.key }) { request.headers[name] = value }
        if let key {
            if let header = endpoint.keyHeader { request.headers[header] = key } else { request.headers["Authorization"] = "Bearer \(key)" }
        }
        request.connectTimeout = endpoint.connectTimeout
        request.idleTimeout = endpoint.idleTimeout
        return request
    }

    private func send(_ request: HTTPClientRequest, _ onText: (String) -> Void) async throws -> ChatAnswer {
        let response = try await client.send(request)
        guard response.status == 200 else {
            var body: [UInt8] = []
            do {
                body = try await response.body.collect(upTo: 256 << 10)
            } catch let error as HTTPError where error.code != .cancelled {
                // The status says enough, and when to come again stands in the head.
            }
            throw ChatFault(
                status: response.status,
                body: body,
                retryAfter: (response.headers["Retry-After"], response.headers["Retry-After-Ms"]),
                now: clock.now
            )
        }
        var reader = ChatStreamReader(limit: endpoint.maximumAnswerBytes)
        guard response.headers["Content-Type"]?.lowercased().hasPrefix("text/event-stream") == true else {
            try reader.read(whole: await response.body.collect(upTo: 2 * endpoint.maximumAnswerBytes))
            return try reader.finish()
        }
        var told = 0
        do {
            for try await event in response.body.events(maximumEventSize: 2 * endpoint.maximumAnswerBytes) {
                try reader.read(event.data)
                // Some keep the connection open after their last word.
                if reader.isDone { break }
                // Not at every word.
                let length = reader.text.utf8.count
                if length >= told + 200 {
                    told = length
                    onText(reader.text)
                }
            }
        } catch let error as HTTPError where reader.isWhole && error.code != .cancelled {
            // What is whole is paid for: it is not asked for again because the connection ended badly.
        }
        return try reader.finish()
    }

    private func fault(_ error: HTTPError) -> ChatFault {
        let passes: Set<HTTPError.Code> = [.connectionRefused, .hostNotFound, .connectionLost, .timedOut, .noSuchSocket, .failed, .closed]
        let message = "the model's endpoint \(endpoint.baseURL) cannot be used: \(error.message)"
        return ChatFault(passes.contains(error.code) ? .retryable(after: nil) : .final, message)
    }
}
