extension TaskRecord {
    /// Adds a redirect, unless one that tells the same in the same place is there.
    ///
    /// - Returns: the redirect with its number, and whether it is new; nil when there are ``Redirect/maximumCount`` already.
    package mutating func add(_ redirect: Redirect) -> (redirect: Redirect, isNew: Bool)? {
        if let index = redirects.firstIndex(where: { $0.isSame(as: redirect) }) {
            // What a rule wants and then somebody asks for is asked for.
            if redirects[index].isStanding, !redirect.isStanding { extras.redirects[index].isStanding = false }
            return (redirects[index], false)
        }
        guard redirects.count < Redirect.maximumCount else { return nil }
        var added = redirect
        extras.redirectsAdded += 1
        added.number = extras.redirectsAdded
        extras.redirects.append(added)
        return (added, true)
    }

    /// Takes a redirect away. What was written for it is delivered all the same.
    ///
    /// - Returns: whether it was there.
    package mutating func removeRedirect(_ number: Int) -> Bool {
        guard let index = redirects.firstIndex(where: { $0.number == number }) else { return false }
        extras.redirects.remove(at: index)
        return true
    }

    /// What is to be told in channels of the task as it now stands.
    package func deliveries(at now: Timestamp) -> [Delivery] {
        redirects.filter { $0.statuses.contains(status) }.map { delivery(for: $0, at: now) }
    }

    /// What one redirect tells of the task as it now stands.
    package func delivery(for redirect: Redirect, at now: Timestamp) -> Delivery {
        Delivery(
            id: DeliveryID(task: id, redirect: redirect.number, event: lastEvent),
            channel: redirect.channel,
            target: redirect.target,
            maximumCharacters: redirect.maximumCharacters,
            content: DeliveryContent(of: self, at: now),
            createdAt: now
        )
    }
}

extension DeliveryContent {
    /// What there is to tell of a task as it now stands.
    package init(of record: TaskRecord, at now: Timestamp) {
        let text =
            switch record.status {
            case .completed, .cancelled: record.result?.text ?? ""
            case .failed: record.failure ?? record.result?.text ?? record.reason?.rawValue ?? ""
            case .inputRequired: record.openInputs.map(\.message).joined(separator: "\n")
            case .stopped, .queued, .running: ""
            }
        let (kept, omitted) = Self.middleCut(text, to: Self.maximumTextBytes)
        self.init(
            task: record.id,
            owner: record.owner,
            tool: record.tool,
            title: record.title,
            name: record.name,
            status: record.status,
            reason: record.reason,
            isError: record.status == .failed || record.result?.isError == true,
            text: kept,
            omitted: omitted,
            questions: record.status == .inputRequired ? Self.questions(record.openInputs) : [],
            artifacts: record.extras.evidence.artifacts.prefix(32).map(\.path),
            attempts: record.attempts,
            createdAt: record.createdAt,
            at: record.status.isTerminal ? record.finishedAt ?? now : now
        )
    }

    /// The questions as a task shows them, as far as there is room: of those that find none, what they ask comes first.
    private static func questions(_ inputs: [InputRequest]) -> [JSONValue] {
        var room = maximumQuestionBytes
        return inputs.map { input in
            var question = input.question
            for member in [nil, "request", "schema"] {
                if let member, var object = question.object {
                    object[member] = nil
                    question = .object(object)
                }
                let size = question.jsonBytes().count
                if size <= room {
                    room -= size
                    return question
                }
            }
            return ["key": .string(input.key), "message": .string(input.message.truncated(toBytes: 200))]
        }
    }

    /// A text of at most so many bytes, with its beginning and its end, and how many characters were left out of the middle.
    private static func middleCut(_ text: String, to bytes: Int) -> (text: String, omitted: Int) {
        guard text.utf8.count > bytes else { return (text, 0) }
        let half = (bytes - 64) / 2
        // Whole characters only: what lies across a border is left out, however long it is.
        func characterStart(at index: String.Index) -> String.Index { text.index(before: text.index(after: index)) }
        let head = characterStart(at: text.utf8.index(text.startIndex, offsetBy: half))
        let border = text.utf8.index(text.endIndex, offsetBy: -half)
        var tail = characterStart(at: border)
        if tail < border { tail = text.index(after: tail) }
        let omitted = text[head..<tail].count
        return ("\(text[..<head])\n… \(omitted) characters left out …\n\(text[tail...])", omitted)
    }
}
