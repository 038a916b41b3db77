import LegworkCore
import LegworkDaemon
import LegworkEventLoop
import LegworkHTTP

/// Speaks with the daemon over its socket.
final class DaemonClient: Sendable {
    let folder: StateFolder
    let loop: EventLoop
    private let http: HTTPClient
    private let headers: HTTPHeaders

    init(folder: StateFolder, owner: String?, isOperator: Bool) throws {
        self.folder = folder
        loop = try EventLoop(name: "legwork-client")
        http = try HTTPClient(loop: loop)
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let owner { headers["Legwork-Owner"] = owner }
        if isOperator { headers["Legwork-Scope"] = "operator" }
        self.headers = headers
    }

    /// Whether there is a daemon that answers.
    func isAnswering() async -> Bool {
        (try? await get("/health")) != nil
    }

    func get(_ target: String) async throws -> JSONValue { try await request("GET", target, nil) }

    func post(_ target: String, _ body: JSONValue) async throws -> JSONValue { try await request("POST", target, body) }

    private func request(_ method: String, _ target: String, _ body: JSONValue?) async throws -> JSONValue {
        let response = try await open(method, target, body)
        let bytes = try await transport { try await response.body.collect(upTo: 64 << 20) }
        let value = try? JSONValue(parsing: bytes, limits: JSONLimits(depth: 256, bytes: 64 << 20))
        guard (200..<300).contains(response.status) else { throw DaemonRefusal(status: response.status, body: value ?? .null) }
        guard let value else {
            throw CLIError(.noDaemon, "the daemon's answer is no JSON; is something else listening at \(folder.socket)?")
        }
        return value
    }

    /// Why the daemon did not answer.
    struct Unreachable: Error, CustomStringConvertible {
        let description: String
        /// Whether nobody can have taken the request, so that it may be sent again.
        let isBeforeSending: Bool
    }

    /// Sends a request whose answer is read as it comes.
    func open(_ method: String, _ target: String, _ body: JSONValue? = nil) async throws -> HTTPClientResponse {
        try await open(method, target, bytes: body?.jsonBytes())
    }

    /// Sends a request whose answer is read as it comes.
    func open(_ method: String, _ target: String, bytes body: [UInt8]?) async throws -> HTTPClientResponse {
        do {
            guard try folder.checkSocket() else {
                throw Unreachable(description: "there is no daemon on \(folder.path)", isBeforeSending: true)
            }
        } catch let error as DaemonError {
            throw CLIError(.noDaemon, error.description)
        }
        var request = HTTPClientRequest(
            method: method,
            destination: .unixSocket(path: folder.socket, target: target),
            headers: headers,
            body: body
        )
        request.connectTimeout = .seconds(5)
        // Calls and waits take their time; a daemon that dies closes the connection.
        request.idleTimeout = nil
        let prepared = request
        return try await transport { try await http.send(prepared) }
    }

    /// Reads the raw output of a task as it is written.
    func output(of task: String, query: String, _ body: ([UInt8]) -> Void) async throws {
        let response = try await open("GET", "/v1/tasks/\(Self.escape(task))/output?\(query)")
        guard response.status == 200 else {
            let bytes = try await transport { try await response.body.collect(upTo: 1 << 20) }
            throw DaemonRefusal(status: response.status, body: (try? JSONValue(parsing: bytes)) ?? .null)
        }
        var chunks = response.body.makeAsyncIterator()
        while let chunk = try await transport({ try await chunks.next() }) { body(chunk) }
    }

    private func transport<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as HTTPError {
            if Task.isCancelled { throw CancellationError() }
            throw Unreachable(
                description: "the daemon cannot be reached: \(error.message)",
                isBeforeSending: error.code == .connectionRefused || error.code == .noSuchSocket
            )
        }
    }

    /// A text as one segment of a path, or as a value of a query.
    static func escape(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "~"):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// What the daemon said no to.
struct DaemonRefusal: Error, CustomStringConvertible {
    let status: Int
    let code: String
    let description: String

    init(status: Int, body: JSONValue) {
        self.status = status
        code = body["error"]?["code"]?.string ?? "http_\(status)"
        description = body["error"]?["message"]?.string ?? "the daemon answered with status \(status)"
    }

    var exitCode: ExitCode {
        switch code {
        case "not_found", "ambiguous": .notFound
        case "invalid_argument", "invalid_arguments", "unknown_tool", "invalid_json", "name_taken": .usage
        case "shutting_down": .noDaemon
        default: .failure
        }
    }
}
