/// What a running call knows of itself, and where it reports to.
///
/// A context may be kept and used from any thread; reports after the end of the call are ignored.
public struct ToolContext: Sendable {
    let host: any ToolContextHost

    /// Wraps the one who runs the call.
    public init(host: any ToolContextHost) { self.host = host }

    /// Who called.
    public var caller: Caller { host.caller }

    /// The id of the task that this call is or would become.
    public var taskID: TaskID { host.taskID }

    /// Where the call stands in its family.
    public var lineage: Lineage { host.lineage }

    /// Which attempt this is, from 1.
    public var attempt: Int { host.attempt }

    /// The state that an earlier attempt saved last.
    public var checkpoint: JSONValue? { host.checkpoint }

    /// Whether somebody asked the call to stop. The Swift task that runs the tool is cancelled as well.
    public var isCancelled: Bool { host.isCancelled }

    /// Leaves when somebody asked the call to stop.
    ///
    /// - Throws: `CancellationError`.
    public func checkCancellation() throws {
        if isCancelled { throw CancellationError() }
    }

    /// Says how far the work has come. Cheap: reports are collected and the newest one is kept.
    ///
    /// - Parameters:
    ///   - done: how much is done, in the tool's own unit.
    ///   - total: how much there is, if that is known.
    ///   - message: what is being done, in one line.
    public func progress(_ done: Double, of total: Double? = nil, _ message: String? = nil) {
        host.report(ToolReport(progress: TaskProgress(done: done, total: total), message: message))
    }

    /// Says what is being done, in one line. Cheap: the newest message is kept.
    public func status(_ message: String) {
        host.report(ToolReport(progress: nil, message: message))
    }

    /// Adds an entry to the task's timeline.
    ///
    /// - Parameters:
    ///   - text: for people.
    ///   - data: for programs.
    public func emit(_ text: String? = nil, data: JSONValue? = nil) {
        host.emit(text: text, data: data)
    }

    /// Saves the state from which a later attempt can go on. Durable when this returns.
    ///
    /// A call that is no task yet keeps it in memory until it becomes one.
    public func save(checkpoint: JSONValue) async throws {
        try await host.save(checkpoint: checkpoint)
    }

    /// Opens the place for raw output. The first call makes it; later calls of the same attempt give the same.
    ///
    /// - Throws: when there is no place for output, or it cannot be made; the message says why.
    public func openOutput() throws -> any ToolOutput {
        try host.openOutput()
    }
}

/// What a tool says of its progress at one moment.
public struct ToolReport: Sendable, Hashable {
    /// How far the work has come, if that was said.
    public var progress: TaskProgress?
    /// What is being done, if that was said.
    public var message: String?

    /// Makes a report.
    public init(progress: TaskProgress?, message: String?) {
        self.progress = progress
        self.message = message
    }
}

/// Runs a call, and hears what it reports. The manager's attempts are hosts; a test may be one.
public protocol ToolContextHost: AnyObject, Sendable {
    /// Who called.
    var caller: Caller { get }
    /// The id of the task that the call is or would become.
    var taskID: TaskID { get }
    /// Where the call stands in its family.
    var lineage: Lineage { get }
    /// Which attempt this is, from 1.
    var attempt: Int { get }
    /// The state that was saved last.
    var checkpoint: JSONValue? { get }
    /// Whether the call is to stop.
    var isCancelled: Bool { get }
    /// Takes a report; must be cheap.
    func report(_ report: ToolReport)
    /// Takes an entry for the timeline.
    func emit(text: String?, data: JSONValue?)
    /// Hears that an agent's own call of a tool has begun; must be cheap.
    func beginToolCall(id: String, name: String, arguments: JSONValue?)
    /// Hears that such a call has ended; must be cheap.
    func endToolCall(id: String, result: String?, isError: Bool)
    /// Makes a checkpoint durable.
    func save(checkpoint: JSONValue) async throws
    /// Opens the place for raw output.
    func openOutput() throws -> any ToolOutput
    /// Keeps a named output. Durable when it returns.
    func keep(_ bytes: [UInt8], asArtifact label: String, summary: String?) async throws -> Artifact
    /// Sends a message in the name of the call.
    func send(_ content: JSONValue, to address: MessageAddress, id: MessageID) async throws -> MessageReceipt
    /// Acknowledges the messages it gave and gives the next one; nil when there was none in time, or the attempt is over.
    func nextMessage(waitingAtMost limit: Duration?) async throws -> TaskMessage?
    /// Acknowledges the messages it gave.
    func acknowledgeMessages() async throws
    /// Tells the owner something.
    func notify(_ text: String, data: JSONValue?, key: String?) async throws -> PostResult
    /// Puts questions and waits for what becomes of all of them.
    func ask(_ questions: [ToolQuestion]) async throws -> [ToolReply]
    /// Takes a message for the log; must be cheap.
    func log(_ entry: ToolLogEntry)
}

extension ToolContextHost {
    /// No family.
    public var lineage: Lineage { .none }
}

/// The place where a call's raw output goes.
public protocol ToolOutput: AnyObject, Sendable {
    /// Where readers find the output, for the result's text; an absolute path.
    var location: String { get }
    /// How many bytes were taken so far, also those beyond the limit that were not kept.
    var byteCount: Int { get }
    /// Whether the limit was reached, and bytes were dropped.
    var isTruncated: Bool { get }
    /// Appends bytes in order. May be called from any thread, by one at a time.
    ///
    /// - Throws: when they cannot be written (a full disk); the message says so.
    func append(_ bytes: UnsafeRawBufferPointer) throws
    /// The last bytes kept, at most so many.
    func tail(_ count: Int) throws -> [UInt8]
}
