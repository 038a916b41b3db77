import LegworkCore

extension ScheduleRecord {
    /// The columns of a schedule, in the order in which they are read.
    static let columns: StaticString = "id, owner, name, state, next_at, updated_at, version, arguments, metadata, body"

    /// Reads a schedule of ``columns``. Whether its text still says a time is not looked at here.
    init(_ row: Row) throws(RowDamage) {
        var reader = RowReader(row)
        let idText = try reader.text()
        guard let id = ScheduleID(idText) else { throw RowDamage("its id is no schedule id") }
        let owner = Owner(try reader.text())
        let name = try reader.optionalText()
        let state = try reader.word(State.self)
        let nextAt = try reader.optionalTime()
        let updatedAt = try reader.time()
        let version = try reader.int()
        let arguments = try reader.optionalJSON()
        let metadata = try reader.optionalJSON()
        guard let arguments, let metadata = metadata?.object, let body = try reader.optionalJSON()?.object else {
            throw RowDamage("it is incomplete")
        }
        guard let tool = body["tool"]?.string, let title = body["title"]?.string, let queue = body["queue"]?.string,
            let priority = body["priority"]?.int, let text = body["when"]?.object, let createdAt = body["createdAt"]?.time,
            let catchUp = body["catchUp"]?.string.flatMap(CatchUp.init), let overlap = body["overlap"]?.string.flatMap(Overlap.init)
        else { throw RowDamage("its body is incomplete") }
        self.init(
            id: id,
            caller: Caller(owner: owner, origin: try body["origin"].map { (json) throws(RowDamage) in try Caller.Origin(stored: json) }),
            name: name,
            title: title,
            tool: tool,
            arguments: arguments,
            queue: queue,
            priority: priority,
            metadata: metadata,
            text: ScheduleText(object: text),
            catchUp: catchUp,
            overlap: overlap,
            isWatcher: body["isWatcher"]?.bool ?? false,
            nextAt: nextAt,
            createdAt: createdAt
        )
        self.state = state
        self.updatedAt = updatedAt
        self.version = version
        lastAt = body["lastAt"]?.time
        lastTask = body["lastTask"]?.string.flatMap { TaskID($0) }
        fired = body["fired"]?.int ?? 0
        skipped = body["skipped"]?.int ?? 0
        problem = body["problem"]?.string
        redirects = try [Redirect](stored: body["redirects"])
    }
}

/// A schedule as the values that its columns get.
struct EncodedSchedule: Sendable {
    let id, owner: String
    let name: String?
    let state: String
    let nextAt: Int64?
    let updatedAt: Int64
    let version: Int
    let arguments, metadata, body: String

    init(_ record: ScheduleRecord) throws(StoreError) {
        id = record.id.description
        owner = record.owner.name
        name = record.name
        state = record.state.rawValue
        nextAt = record.nextAt?.milliseconds
        updatedAt = record.updatedAt.milliseconds
        version = record.version
        arguments = try Self.text(record.arguments, "arguments of a schedule")
        metadata = try Self.text(.object(record.metadata), "metadata of a schedule")
        var body = JSONObject()
        body["origin"] = record.caller.origin?.stored
        body["title"] = .string(record.title)
        body["tool"] = .string(record.tool)
        body["queue"] = .string(record.queue)
        body["priority"] = JSONValue(record.priority)
        body["when"] = .object(record.text.object)
        body["catchUp"] = .string(record.catchUp.rawValue)
        body["overlap"] = .string(record.overlap.rawValue)
        if record.isWatcher { body["isWatcher"] = true }
        body["createdAt"] = .integer(record.createdAt.milliseconds)
        body["lastAt"] = record.lastAt.map { .integer($0.milliseconds) }
        body["lastTask"] = record.lastTask.map { .string($0.description) }
        body["fired"] = JSONValue(record.fired)
        body["skipped"] = JSONValue(record.skipped)
        body["problem"] = record.problem.map(JSONValue.string)
        if !record.redirects.isEmpty { body["redirects"] = .array(record.redirects.map(\.stored)) }
        self.body = try Self.text(.object(body), "body of a schedule")
    }

    /// About how many bytes it takes.
    var size: Int { arguments.utf8.count + metadata.utf8.count + body.utf8.count + 256 }

    private static func text(_ value: JSONValue, _ what: StaticString) throws(StoreError) -> String {
        String(decoding: try StoredJSON.bytes(value, what), as: UTF8.self)
    }
}

extension JSONValue {
    fileprivate var time: Timestamp? { int.map { Timestamp(milliseconds: Int64($0)) } }
}
