import LegworkCore

extension TaskRecord {
    /// Reads a record of the columns ``Column/record``, which begin at the given one.
    init(_ row: Row, from column: Int32 = 0) throws(RowDamage) {
        var reader = RowReader(row, from: column)
        // Identity.
        let id = try reader.id()
        let owner = Owner(try reader.text())
        let tool = try reader.text()
        let name = try reader.optionalText()
        let idempotencyKey = try reader.optionalText()
        let flightKey = try reader.optionalText()
        let hasInbox = try reader.bool()
        let limitKey = try reader.text()
        let origin = try reader.optionalJSON().map { (json) throws(RowDamage) in try Caller.Origin(stored: json) }
        let createdAt = try reader.time()
        // Reported.
        let title = try reader.text()
        let reason = try reader.optionalText().map(TaskReason.init)
        let isCancelRequested = try reader.bool()
        let cancelRequestedAt = try reader.optionalTime()
        let attempts = try reader.int()
        let statusMessage = try reader.optionalText()
        let progress = try reader.progress()
        let outputBytes = try reader.optionalInteger().map(Int.init)
        let startedAt = try reader.optionalTime()
        let updatedAt = try reader.time()
        let version = try reader.int()
        let lastEvent = try reader.int()
        let recovery = try reader.word(RecoveryPolicy.self)
        let call = try reader.optionalText()
        let agent = try reader.optionalText()
        let failure = try reader.optionalText()
        let leaseToken = try reader.optionalInteger()
        // Standing.
        let status = try reader.word(TaskStatus.self)
        let finishedAt = try reader.optionalTime()
        // Whether it is kept, and until when it is held back, follows from the rest.
        reader.skip(2)
        let waitsUntil = try reader.optionalTime()
        let leaseNode = try reader.optionalText()
        let leaseExpiresAt = try reader.optionalTime()
        // Placement.
        let parent = try reader.optionalID()
        let run = try reader.optionalText()
        let queue = try reader.text()
        let priority = try reader.int()
        let notBefore = try reader.optionalTime()
        // Body.
        guard let arguments = try reader.optionalJSON() else { throw RowDamage("its arguments are missing") }
        let checkpoint = try reader.optionalJSON()
        let result = try reader.optionalJSON().map { (json) throws(RowDamage) in try ToolResult(stored: json) }
        let extras = try reader.optionalJSON()

        self.init(
            id: id,
            tool: tool,
            title: title,
            name: name,
            caller: Caller(owner: owner, origin: origin),
            lineage: Lineage(parent: parent, run: run, call: call, agent: agent),
            arguments: arguments,
            idempotencyKey: idempotencyKey,
            queue: queue,
            priority: priority,
            notBefore: notBefore,
            recovery: recovery,
            hasInbox: hasInbox,
            flightKey: flightKey,
            lifecycle: TaskLifecycle(status: status, reason: reason, isCancelRequested: isCancelRequested, attempts: attempts),
            lease: try Lease?(token: leaseToken, node: leaseNode, expiresAt: leaseExpiresAt),
            createdAt: createdAt,
            startedAt: startedAt
        )
        if let extras { self.extras = try Extras(stored: extras, flightKey: flightKey) }
        if !limitKey.isEmpty { self.extras.terms.limitKey = limitKey }
        self.waitsUntil = waitsUntil
        self.title = title
        self.cancelRequestedAt = cancelRequestedAt
        self.statusMessage = statusMessage
        self.progress = progress
        self.checkpoint = checkpoint
        self.outputBytes = outputBytes
        self.result = result
        self.failure = failure
        self.updatedAt = updatedAt
        self.finishedAt = finishedAt
        self.version = version
        self.lastEvent = lastEvent
    }
}

extension Optional where Wrapped == Lease {
    fileprivate init(token: Int64?, node: String?, expiresAt: Timestamp?) throws(RowDamage) {
        switch (token, node, expiresAt) {
        case (let token?, let node?, let expiresAt?):
            self = .some(Lease(token: LeaseToken(rawValue: UInt64(bitPattern: token)), node: NodeID(node), expiresAt: expiresAt))
        case (nil, nil, nil): self = nil
        case _: throw RowDamage("its lease is incomplete")
        }
    }
}

extension TaskSummary {
    /// Reads a summary of the columns ``Column/summary``, the position aside.
    init(_ row: Row) throws(RowDamage) {
        var reader = RowReader(row, from: 1)
        let id = try reader.id()
        let tool = try reader.text()
        let title = try reader.text()
        let name = try reader.optionalText()
        let owner = Owner(try reader.text())
        let parent = try reader.optionalID()
        let agent = try reader.optionalText()
        let hasInbox = try reader.bool()
        let queue = try reader.text()
        let status = try reader.word(TaskStatus.self)
        let reason = try reader.optionalText().map(TaskReason.init)
        let isCancelRequested = try reader.bool()
        let attempts = try reader.int()
        let statusMessage = try reader.optionalText()
        let progress = try reader.progress()
        let outputBytes = try reader.optionalInteger().map(Int.init)
        let createdAt = try reader.time()
        let startedAt = try reader.optionalTime()
        let updatedAt = try reader.time()
        let finishedAt = try reader.optionalTime()
        self.init(
            id: id,
            tool: tool,
            title: title,
            name: name,
            owner: owner,
            parent: parent,
            agent: agent,
            hasInbox: hasInbox,
            queue: queue,
            status: status,
            reason: reason,
            isCancelRequested: isCancelRequested,
            attempts: attempts,
            statusMessage: statusMessage,
            progress: progress,
            outputBytes: outputBytes,
            createdAt: createdAt,
            startedAt: startedAt,
            updatedAt: updatedAt,
            finishedAt: finishedAt
        )
    }
}

extension TaskEvent {
    /// Reads a timeline entry of the columns sequence, time, kind, text, data.
    init(_ row: Row, from column: Int32 = 0) throws(RowDamage) {
        var reader = RowReader(row, from: column)
        self.init(
            sequence: try reader.int(),
            time: try reader.time(),
            kind: Kind(try reader.text()),
            text: try reader.optionalText(),
            data: try reader.optionalJSON()
        )
    }
}
