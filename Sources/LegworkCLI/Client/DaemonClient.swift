import FoundationEssentials
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

    /// How long a daemon may take for what it does at once.
    static let patience = Duration.seconds(5)

    /// Whether there is a daemon that answers.
    ///
    /// - Throws: ``CLIError`` when there is one, and it hangs; or when something else is wrong that another daemon would not mend.
    func isAnswering() async throws(CLIError) -> Bool { try await health() != nil }

    /// What the daemon says of itself; nil when there is none.
    ///
    /// - Throws: ``CLIError`` as ``isAnswering()``.
    func health() async throws(CLIError) -> JSONValue? {
        do {
            return try await request("GET", "/health", nil, within: Self.patience)
        } catch let error as Unreachable where error.isTimeOut {
            throw CLIError(.noDaemon, "the daemon on \(folder.path) does not answer; see \(folder.log), or kill it: \(owner)")
        } catch let error as CLIError {
            throw error
        } catch {
            return nil
        }
    }

    /// Who has the state folder, as far as that is known.
    private var owner: String {
        let pid = (try? String(contentsOfFile: folder.database + ".lock", encoding: .utf8))?.filter(\.isNumber) ?? ""
        return pid.isEmpty ? "its process id is not known" : "its process id is \(pid)"
    }

    func get(_ target: String) async throws -> JSONValue { try await request("GET", target, nil) }

    func post(_ target: String, _ body: JSONValue) async throws -> JSONValue { try await request("POST", target, body) }

    func request(_ method: String, _ target: String, _ body: JSONValue?, within limit: Duration? = nil) async throws -> JSONValue {
        let response = try await open(method, target, bytes: body?.jsonBytes(), within: limit)
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
        /// Whether somebody listens who does not answer.
        var isTimeOut = false
    }

    /// Sends a request whose answer is read as it comes.
    func open(_ method: String, _ target: String, _ body: JSONValue? = nil) async throws -> HTTPClientResponse {
        try await open(method, target, bytes: body?.jsonBytes())
    }

    /// Sends a request whose answer is read as it comes.
    ///
    /// - Parameter limit: how long all of it may take; nil for calls and waits, which take their time.
    func open(_ method: String, _ target: String, bytes body: [UInt8]?, within limit: Duration? = nil) async throws -> HTTPClientResponse {
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
        // A daemon that dies closes the connection.
        request.idleTimeout = nil
        request.totalTimeout = limit
        let prepared = request
        return try await transport { try await http.send(prepared) }
    }

    /// Reads raw output of a task as it comes.
    ///
    /// - Returns: the headers, which say where it began and how much there is.
    @discardableResult
    func output(of task: String, query: String, _ body: ([UInt8]) -> Void) async throws -> HTTPHeaders {
        let response = try await open("GET", "/v1/tasks/\(Self.escape(task))/output?\(query)")
        guard response.status == 200 else {
            let bytes = try await transport { try await response.body.collect(upTo: 1 << 20) }
            throw DaemonRefusal(status: response.status, body: (try? JSONValue(parsing: bytes)) ?? .null)
        }
        var chunks = response.body.makeAsyncIterator()
        while let chunk = try await transport({ try await chunks.next() }) { body(chunk) }
        return response.headers
    }

    /// Reads bytes that are no JSON.
    ///
    /// - Parameter header: the header that says how many there are in all.
    func bytes(_ target: String, total header: String) async throws -> (bytes: [UInt8], total: Int) {
        let response = try await open("GET", target)
        let bytes = try await transport { try await response.body.collect(upTo: 2 << 20) }
        guard response.status == 200 else {
            throw DaemonRefusal(status: response.status, body: (try? JSONValue(parsing: bytes)) ?? .null)
        }
        return (bytes, response.headers[header].flatMap { Int($0) } ?? bytes.count)
    }

    private func transport<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as HTTPError {
            if Task.isCancelled { throw CancellationError() }
            throw Unreachable(
                description: "the daemon cannot be reached: \(error.message)",
                isBeforeSending: error.code == .connectionRefused || error.code == .noSuchSocket,
                isTimeOut: error.code == .timedOut
            )
        }
    }

    /// A text as one segment of a path, or as a value of a query.
    static func escape(_ text: String) -> String { HTTPSyntax.percentEncoded(text) }
}

/// What the daemon said no to.
struct DaemonRefusal: Error, CustomStringConvertible {
    let status: Int
    let code: String
    let description: String

    init(status: Int, body: JSONValue) {
        self.status = status
        code = body["code"]?.string ?? "http_\(status)"
        description = body["detail"]?.string ?? "the daemon answered with status \(status)"
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
