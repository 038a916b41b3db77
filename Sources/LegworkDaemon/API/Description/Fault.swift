import LegworkCore

/// A kind of fault that an operation may answer with, as it is described; ``APIFault`` is one that has happened.
struct Fault: Sendable, Hashable {
    let status: Int
    let code: String
    let description: String

    init(_ status: Int, _ code: String, _ description: String) {
        self.status = status
        self.code = code
        self.description = description
    }

    /// What every operation may answer.
    static let everywhere = [
        Fault(400, "bad_request", "The request is not HTTP/1.1 as its specification has it."),
        Fault(400, "invalid_argument", "A parameter or a member of the body makes no sense; `violations` says where."),
        Fault(400, "invalid_owner", "`Legwork-Owner` is no name of 1 to 256 bytes, or comes twice."),
        Fault(400, "owner_missing", "The token is for several owners, and `Legwork-Owner` names none."),
        Fault(400, "invalid_scope", "`Legwork-Scope` is neither `owner` nor `operator`."),
        Fault(400, "tls_required", "This port speaks TLS."),
        Fault(401, "unauthorized", "There is no token that is known here."),
        Fault(403, "forbidden", "The token does not have the right that this needs."),
        Fault(403, "foreign_owner", "The token is not for the owner that `Legwork-Owner` names."),
        Fault(403, "foreign_origin", "A page of another server asks."),
        Fault(408, "request_timeout", "The request did not arrive in time."),
        Fault(413, "body_too_large", "The body has more than 16 MiB."),
        Fault(414, "target_too_long", "The path and query have more than 64 KiB."),
        Fault(417, "expectation_failed", "Only 100-continue can be expected."),
        Fault(421, "misdirected", "The server goes by no such name."),
        Fault(431, "head_too_large", "The head has more than 64 KiB or 128 fields."),
        Fault(500, "internal", "Something is wrong with the daemon; its log says more."),
        Fault(500, "internal_error", "The daemon gave no answer; its log says more."),
        Fault(503, "shutting_down", "The daemon is stopping; try again when it is back."),
        Fault(503, "store_unavailable", "The store cannot be read or written now."),
        Fault(503, "too_many_connections", "There are too many connections; try again later."),
        Fault(507, "store_full", "The disk is full."),
        Fault(507, "store_read_only", "The store cannot be written."),
    ]

    static let notFound = Fault(404, "not_found", "There is none of that name, or it is another owner's.")
    static let unknownTool = Fault(404, "unknown_tool", "There is no such tool.")
    static let ambiguous = Fault(409, "ambiguous", "The reference fits several tasks; `matches` has them.")
    static let invalidJSON = Fault(400, "invalid_json", "The body is not JSON, or nested more than 128 deep.")
    static let invalidArguments = Fault(400, "invalid_arguments", "The tool's arguments do not fit; `violations` says where.")
    static let cancelled = Fault(409, "cancelled", "Somebody cancelled the call.")
    static let conflict = Fault(409, "conflict", "The task kept changing meanwhile; try again.")
    static let familyCancelled = Fault(409, "family_cancelled", "What it belongs to was cancelled.")
    static let finished = Fault(409, "finished", "The task has ended.")
    static let inboxFull = Fault(429, "inbox_full", "Too many messages lie unread.")
    static let nameTaken = Fault(409, "name_taken", "A live task of the owner has the name.")
    static let noAgent = Fault(409, "no_agent", "A prompt needs an agent, and none is configured.")
    static let noChannel = Fault(409, "no_channel", "There is no such channel for the owner.")
    static let noInbox = Fault(409, "no_inbox", "The task takes no messages.")
    static let notAsked = Fault(409, "not_asked", "The task did not ask that, or has its answer.")
    static let notFinished = Fault(409, "not_finished", "The task has not ended.")
    static let notResumable = Fault(409, "not_resumable", "The task cannot go on.")
    static let notRetriable = Fault(409, "not_retriable", "The task did not fail.")
    static let operatorOnly = Fault(403, "operator_only", "This concerns all owners; ask with `Legwork-Scope: operator`.")
    static let precondition = Fault(412, "precondition_failed", "The task has changed since the state that If-Match names.")
    static let queueDraining = Fault(409, "queue_draining", "The queue takes nothing new.")
    static let stateUnwritable = Fault(507, "state_unwritable", "The state folder cannot be written.")
    static let range = Fault(416, "range_not_satisfiable", "There is nothing in the range.")

    /// What may become of a stream.
    static let streams = [
        Fault(429, "too_many_streams", "The owner has as many streams as he may have."),
        Fault(503, "too_many_streams", "There are as many streams as there may be."),
    ]
    /// What may become of a reference to a task.
    static let task = [notFound, ambiguous]
    /// What may become of a new task.
    static let newTask = [unknownTool, invalidArguments, nameTaken, queueDraining, familyCancelled, notFound, ambiguous] + redirects
}
