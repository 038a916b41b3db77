import Legwork
import LegworkCore
import LegworkHTTP

/// What a client is told when his request fails: a problem in the form of RFC 9457.
struct APIFault: Error, Sendable {
    var status: Int
    var code: String
    var message: String
    /// The tasks that an ambiguous reference fits.
    var matches: [TaskSummary] = []
    /// Where the body does not fit.
    var violations: [JSONSchemaViolation] = []
    /// Header fields that go with it.
    var headers: HTTPHeaders = [:]

    /// Translates what the manager, the tools and the store throw.
    init(_ error: any Error) {
        switch error {
        case let fault as APIFault: self = fault
        case let error as TaskManagerError: self.init(error)
        case let error as ToolError: self.init(error)
        case let error as StoreError: self.init(error)
        case is CancellationError: self.init(status: 409, code: "cancelled", message: "the call was cancelled")
        default: self.init(status: 500, code: "internal", message: String(describing: error))
        }
    }

    init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// A request that makes no sense.
    static func invalid(_ message: String) -> APIFault { APIFault(status: 400, code: "invalid_argument", message: message) }

    private init(_ error: TaskManagerError) {
        switch error.code {
        case .notFound: self.init(status: 404, code: "not_found", message: error.message)
        case .ambiguous:
            self.init(status: 409, code: "ambiguous", message: error.message)
            matches = error.matches
        case .familyCancelled: self.init(status: 409, code: "family_cancelled", message: error.message)
        case .nameTaken: self.init(status: 409, code: "name_taken", message: error.message)
        case .shuttingDown: self.init(status: 503, code: "shutting_down", message: error.message)
        case .queueDraining: self.init(status: 409, code: "queue_draining", message: error.message)
        case .notRetriable: self.init(status: 409, code: "not_retriable", message: error.message)
        case .notFinished: self.init(status: 409, code: "not_finished", message: error.message)
        case .finished: self.init(status: 409, code: "finished", message: error.message)
        case .notResumable: self.init(status: 409, code: "not_resumable", message: error.message)
        case .notAsked: self.init(status: 409, code: "not_asked", message: error.message)
        case .noInbox: self.init(status: 409, code: "no_inbox", message: error.message)
        case .noChannel: self.init(status: 409, code: "no_channel", message: error.message)
        case .tooManyRedirects: self.init(status: 409, code: "too_many_redirects", message: error.message)
        case .deliveryFailed: self.init(status: 502, code: "delivery_failed", message: error.message)
        case .inboxFull: self.init(status: 429, code: "inbox_full", message: error.message)
        case .conflict: self.init(status: 409, code: "conflict", message: error.message)
        default: self.init(status: 400, code: "invalid_argument", message: error.message)
        }
    }

    private init(_ error: ToolError) {
        switch error.code {
        case .unknownTool: self.init(status: 404, code: "unknown_tool", message: error.message)
        default:
            self.init(status: 400, code: "invalid_arguments", message: error.message)
            // The arguments are a member of the body.
            violations = error.violations.map {
                JSONSchemaViolation(path: $0.path, pointer: "/arguments\($0.pointer)", message: $0.message)
            }
        }
    }

    private init(_ error: StoreError) {
        switch error.code {
        case .full: self.init(status: 507, code: "store_full", message: error.message)
        case .readOnly: self.init(status: 507, code: "store_read_only", message: error.message)
        case .closed: self.init(status: 503, code: "shutting_down", message: error.message)
        default: self.init(status: 503, code: "store_unavailable", message: error.message)
        }
    }

    var rejection: HTTPRejection {
        var details = JSONObject()
        if !violations.isEmpty {
            details["violations"] = .array(violations.map { ["pointer": .string($0.pointer), "detail": .string($0.message)] })
        }
        if !matches.isEmpty { details["matches"] = .array(matches.map { .object($0.wire) }) }
        return HTTPRejection(status: status, code: code, message: message, headers: headers, details: details)
    }
}

extension HTTPResponseWriter {
    /// Answers with a fault.
    func send(_ fault: APIFault) async { await send(fault.rejection) }
}
