public import LegworkCore

/// What the manager could not do.
public struct TaskManagerError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault. New ones may appear in later versions.
    public struct Code: Sendable, Hashable {
        private enum Value {
            case notFound, ambiguous, invalidArgument, nameTaken, familyCancelled, shuttingDown, noOutput, conflict, leaseLost,
                finished, notFinished, notResumable, noInbox, inboxFull, notAsked, noChannel, queueDraining, notRetriable, tooManyRedirects,
                deliveryFailed
        }
        private let value: Value

        /// There is no such task, or it is another owner's; the two are told apart by nobody.
        public static let notFound = Code(value: .notFound)
        /// A prefix fits several tasks.
        public static let ambiguous = Code(value: .ambiguous)
        /// A parameter makes no sense.
        public static let invalidArgument = Code(value: .invalidArgument)
        /// A live task of the owner has the name already.
        public static let nameTaken = Code(value: .nameTaken)
        /// The run or the parent task was cancelled, so nothing new of it starts.
        public static let familyCancelled = Code(value: .familyCancelled)
        /// The manager is shutting down and takes no new work.
        public static let shuttingDown = Code(value: .shuttingDown)
        /// The task has ended.
        public static let finished = Code(value: .finished)
        /// The task has not ended.
        public static let notFinished = Code(value: .notFinished)
        /// The task's tool cannot go on where it stopped.
        public static let notResumable = Code(value: .notResumable)
        /// The task takes no messages.
        public static let noInbox = Code(value: .noInbox)
        /// Too many messages lie unread in the task's inbox.
        public static let inboxFull = Code(value: .inboxFull)
        /// There is no channel to deliver to.
        public static let noChannel = Code(value: .noChannel)
        /// The task has as many redirects as it can have.
        public static let tooManyRedirects = Code(value: .tooManyRedirects)
        /// A channel did not take what was sent.
        public static let deliveryFailed = Code(value: .deliveryFailed)
        /// There is no raw output.
        public static let noOutput = Code(value: .noOutput)
        /// The task kept changing under the hands of the writer.
        public static let conflict = Code(value: .conflict)
        /// The attempt that wanted to write does not execute the task any more.
        public static let leaseLost = Code(value: .leaseLost)
        /// The queue is being drained and takes nothing new.
        public static let queueDraining = Code(value: .queueDraining)
        /// The task did not fail, so it cannot be tried again.
        public static let notRetriable = Code(value: .notRetriable)
        /// The task did not ask that, or has its answer.
        public static let notAsked = Code(value: .notAsked)
    }

    /// The kind of fault.
    public let code: Code
    /// What happened and what to do.
    public let message: String
    /// For ``Code/ambiguous``: the tasks that fit.
    public let matches: [TaskSummary]

    /// Makes an error.
    public init(_ code: Code, _ message: String, matches: [TaskSummary] = []) {
        self.code = code
        self.message = message
        self.matches = matches
    }

    /// Says why a family takes no new member.
    init(_ refusal: InsertRefusal) {
        switch refusal {
        case .runCancelled: self.init(.familyCancelled, "the run was cancelled, so nothing new of it starts; start a new run")
        case .queueDraining: self.init(.queueDraining, "the queue is being drained and takes no new tasks; resume it, or choose another")
        case .parentCancelled: self.init(.familyCancelled, "the parent task was cancelled, so it starts no more children")
        }
    }

    /// The message.
    public var description: String { message }

    /// The answer to a reference that fits several tasks, which are at most ten.
    static func ambiguous(_ shown: String, _ matches: [TaskSummary]) -> TaskManagerError {
        let list = matches.map { "\($0.id) (\($0.status.rawValue), \($0.title))" }.joined(separator: ", ")
        let count = matches.count == 10 ? "10 or more" : "\(matches.count)"
        return TaskManagerError(.ambiguous, "'\(shown)' fits \(count) tasks: \(list)", matches: matches)
    }

    /// The one answer for tasks that do not exist and tasks of others.
    public static func notFound(_ reference: some CustomStringConvertible) -> TaskManagerError {
        TaskManagerError(.notFound, "there is no task '\(reference)'; 'list' shows those you may see")
    }
}
