import LegworkCore

extension Delivery {
    /// The columns of a delivery, in the order in which they are read.
    static let columns: StaticString = """
        position, id, channel, target, maximum_characters, created_at, content, state, due_at, tries, sent, receipt, problem, updated_at, version
        """

    /// Reads a delivery of ``columns``.
    init(_ row: Row) throws(RowDamage) {
        var reader = RowReader(row, from: 1)
        let idText = try reader.text()
        guard let id = DeliveryID(idText) else { throw RowDamage("its id is no delivery id") }
        let channel = try reader.text()
        let target = try reader.optionalText()
        let maximumCharacters = try reader.optionalInteger().map { Int($0) }
        let createdAt = try reader.time()
        guard let content = try reader.optionalJSON().flatMap(DeliveryContent.init(json:)) else {
            throw RowDamage("its content is incomplete")
        }
        let state = try reader.word(State.self)
        let dueAt = try reader.time()
        let tries = try reader.int()
        let sent = try reader.int()
        let receipt = try reader.optionalJSON()
        let problem = try reader.optionalText()
        let updatedAt = try reader.time()
        let version = try reader.int()
        self.init(
            id: id,
            channel: channel,
            target: target,
            maximumCharacters: maximumCharacters,
            content: content,
            createdAt: createdAt,
            state: state,
            dueAt: dueAt,
            tries: tries,
            sent: sent,
            receipt: receipt,
            problem: problem,
            updatedAt: updatedAt,
            version: version
        )
    }
}

/// A delivery as the values that its columns get.
struct EncodedDelivery: Sendable {
    let delivery: Delivery
    let content: String
    let receipt: String?

    /// Encodes the deliveries of a change, of which most have none.
    static func all(_ deliveries: [Delivery]) throws(StoreError) -> [EncodedDelivery] {
        var encoded: [EncodedDelivery] = []
        for delivery in deliveries { encoded.append(try EncodedDelivery(delivery)) }
        return encoded
    }

    /// - Parameter withContent: false where the content stays as it is.
    init(_ delivery: Delivery, withContent: Bool = true) throws(StoreError) {
        self.delivery = delivery
        content = withContent ? String(decoding: try StoredJSON.bytes(delivery.content.json, "content of a delivery"), as: UTF8.self) : ""
        var text: String?
        if let receipt = delivery.receipt { text = String(decoding: try StoredJSON.bytes(receipt, "receipt of a delivery"), as: UTF8.self) }
        receipt = text
    }

    /// About how many bytes it takes.
    var size: Int { content.utf8.count + (receipt?.utf8.count ?? 0) + 512 }
}

extension [EncodedDelivery] {
    /// About how many bytes they take.
    var size: Int { reduce(0) { $0 + $1.size } }
}
