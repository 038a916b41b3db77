/// What became of a message, recipient by recipient.
public struct MessageReceipt: Sendable, Hashable {
    /// What became of it for one recipient.
    public struct Delivery: Sendable, Hashable {
        /// The recipient.
        public var recipient: TaskID
        /// The recipient's name, where it has one and that is known.
        public var name: String?
        /// What became of the message.
        public var result: SendResult

        /// Describes a delivery.
        public init(recipient: TaskID, name: String? = nil, result: SendResult) {
            self.recipient = recipient
            self.name = name
            self.result = result
        }

        /// Whether the message lies in the inbox, or did before.
        public var isAccepted: Bool { result.isAccepted }
    }

    /// The message's id: sent again with it, it is delivered once.
    public var id: MessageID
    /// One for each recipient. None when ``MessageAddress/all`` reached nobody, for nobody was there.
    public var deliveries: [Delivery]

    /// Makes a receipt.
    public init(id: MessageID, deliveries: [Delivery]) {
        self.id = id
        self.deliveries = deliveries
    }
}

extension SendResult {
    /// Whether the message lies in the inbox, or did before.
    public var isAccepted: Bool {
        switch self {
        case .queued, .duplicate: true
        case .full, .finished, .noInbox, .notFound: false
        }
    }
}
