import LegworkCore
import LegworkHTTP

/// One route of the API: whom it lets in, what it takes, what it answers, and what it does.
///
/// The route, the checks of what comes in and the OpenAPI document are all made of it, so that they cannot say different things. Every
/// operation stands in the file where its action is, and in ``API/operations``.
struct Operation: Sendable {
    /// What an operation does: a method of the API.
    typealias Action = @Sendable (API) -> @Sendable (API.Request) async throws -> Void

    /// What operations are about; the document lists them by that.
    enum Subject: String, Sendable, CaseIterable {
        case tasks, channels, tools, queues, schedules, notices, messages, tokens, service
    }

    /// A header field that matters to an operation.
    enum Header: String, Sendable {
        case ifNoneMatch = "If-None-Match"
        case ifMatch = "If-Match"
        case range = "Range"
        case lastEventID = "Last-Event-ID"
    }

    let method: String
    let path: String
    /// What generated clients call it.
    let name: String
    let subject: Subject
    let summary: String
    var details: String?
    /// Which right it needs; nil lets everybody in.
    let right: Right?
    let query: [Parameter]
    let headers: [Header]
    let body: RequestBody?
    /// The fields of a form (`application/x-www-form-urlencoded`), where the operation takes one.
    let form: Schema?
    let answers: [Answer]
    let faults: [Fault]
    let action: Action

    /// Describes an operation; bodies and task references add their usual faults themselves.
    init(
        _ method: String,
        _ path: String,
        _ name: String,
        _ subject: Subject,
        _ summary: String,
        details: String? = nil,
        needs right: Right?,
        query: [Parameter] = [],
        headers: [Header] = [],
        body: RequestBody? = nil,
        form: Schema? = nil,
        answers: [Answer],
        faults: [Fault] = [],
        action: @escaping Action
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.subject = subject
        self.summary = summary
        self.details = details
        self.right = right
        self.query = query
        self.headers = headers
        self.body = body
        self.form = form
        self.answers = answers
        var all = Fault.everywhere + faults
        if body != nil { all.append(.invalidJSON) }
        if path.contains("{task}") { all += Fault.task }
        if headers.contains(.ifMatch) { all.append(.precondition) }
        if headers.contains(.range) { all.append(.range) }
        self.faults = all
        self.action = action
    }

    /// The names in the path.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { String($0.dropFirst().dropLast()) }
    }
}
