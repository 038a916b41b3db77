extension TaskRecord {
    /// What few tasks have.
    package struct Extras: Sendable, Hashable {
        package var flightKey: String?
        package var metadata: JSONObject
        package var inputs: [InputRequest] = []
        package var inputsAsked = 0
        package var isPinned = false
        package var keepsUntilRead: Bool
        package var readAt: Timestamp?
        package var terms: TaskTerms
        package var waitsUntil: Timestamp?
        package var isWatcher = false
        package var losses = 0
        package var evidence = Evidence()
        package var redirects: [Redirect] = []
        package var redirectsAdded = 0

        package init(
            flightKey: String? = nil,
            metadata: JSONObject = JSONObject(),
            keepsUntilRead: Bool = false,
            terms: TaskTerms = .none
        ) {
            self.flightKey = flightKey
            self.metadata = metadata
            self.keepsUntilRead = keepsUntilRead
            self.terms = terms
        }
    }

    private static let noExtras = Extras()

    package var extras: Extras {
        get { sharedExtras?.value ?? Self.noExtras }
        set { sharedExtras = newValue == Self.noExtras ? nil : Shared(newValue) }
    }

    /// Whether there is anything in ``extras``.
    package var hasExtras: Bool { sharedExtras != nil }

    /// While a live task of the owner has this key, another with it is not started: it finds this one.
    public var flightKey: String? { sharedExtras?.value.flightKey }

    /// Under which terms the task waits and is executed.
    public var terms: TaskTerms { sharedExtras?.value.terms ?? .none }

    /// While the task is queued: until when it may wait there. nil means without end.
    public package(set) var waitsUntil: Timestamp? {
        get { sharedExtras?.value.waitsUntil }
        set { if newValue != waitsUntil { extras.waitsUntil = newValue } }
    }

    /// How many processes in a row were lost while they executed the task, since an attempt last ended or saved a checkpoint.
    package var losses: Int {
        get { sharedExtras?.value.losses ?? 0 }
        set { if newValue != losses { extras.losses = newValue } }
    }

    /// Sets until when the task may wait in its queue, if it does.
    mutating func joinQueue(at now: Timestamp) {
        guard sharedExtras != nil else { return }
        waitsUntil = status == .queued ? terms.waitsUntil(from: now, notBefore: notBefore) : nil
    }

    /// What the caller wants kept with the task, such as the agent that does the work.
    public var metadata: JSONObject {
        get { extras.metadata }
        set { extras.metadata = newValue }
    }

    /// What the tool asked for, in the order it asked, answered or not.
    public var inputs: [InputRequest] { sharedExtras?.value.inputs ?? [] }

    /// What can be answered.
    public var openInputs: [InputRequest] { inputs.filter(\.isOpen) }

    /// Whether the tool waits for an answer.
    public var awaitsInput: Bool { inputs.contains { $0.state == .awaited } }

    /// Where it is to be told what becomes of the task.
    public var redirects: [Redirect] { sharedExtras?.value.redirects ?? [] }

    /// Whether retention leaves the task alone, however old it is.
    public var isPinned: Bool {
        get { sharedExtras?.value.isPinned ?? false }
        set { if newValue != isPinned { extras.isPinned = newValue } }
    }

    /// Whether retention leaves the task alone until its owner has read the result.
    public var keepsUntilRead: Bool { sharedExtras?.value.keepsUntilRead ?? false }

    /// When the owner first read the result, where that was asked for.
    public var readAt: Timestamp? {
        get { sharedExtras?.value.readAt }
        set { if newValue != readAt { extras.readAt = newValue } }
    }

    /// Whether retention leaves the task alone now.
    public var isKept: Bool { isPinned || keepsUntilRead && readAt == nil }
}
