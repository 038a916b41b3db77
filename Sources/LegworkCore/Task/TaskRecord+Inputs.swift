extension TaskRecord {
    /// Adds a request for input, under a key that was never used in this task.
    ///
    /// A key of the tool's own names the question for the task's whole life: asked again, by a later attempt or after it was withdrawn, it is
    /// the same request, which may have its answer already.
    ///
    /// - Parameter key: the tool's own key; nil makes one.
    /// - Returns: the request; nil when the key was that of another question, which was withdrawn, so that a late answer to that one cannot
    ///   be taken for one to this.
    public mutating func ask(_ message: String, schema: JSONValue?, key: String?, request: ClientRequest? = nil, at now: Timestamp)
        -> InputRequest?
    {
        if let key, let index = inputs.firstIndex(where: { $0.key.isExactly(key) }) {
            let known = inputs[index]
            switch known.state {
            case .awaited, .answered, .declined: return known
            case .withdrawn where !known.message.isExactly(message) || known.schema != schema || known.request != request: return nil
            case .left, .withdrawn:
                extras.inputs[index].state = .awaited
                return inputs[index]
            }
        }
        var key = key
        while key == nil {
            extras.inputsAsked += 1
            let made = "\(InputRequest.madeKeyMarker)\(extras.inputsAsked)"
            if !inputs.contains(where: { $0.key == made }) { key = made }
        }
        let request = InputRequest(key: key ?? "", message: message, schema: schema, request: request, askedAt: now)
        extras.inputs.append(request)
        return request
    }

    /// Gives an answer to a request that is open.
    ///
    /// - Returns: whether there was such a request.
    public mutating func answer(_ key: String, with value: JSONValue, at now: Timestamp) -> Bool {
        close(key, as: .answered, value, at: now)
    }

    /// Says that a request which is open will get no answer.
    ///
    /// - Returns: whether there was such a request.
    public mutating func decline(_ key: String, at now: Timestamp) -> Bool { close(key, as: .declined, nil, at: now) }

    private mutating func close(_ key: String, as state: InputRequest.State, _ value: JSONValue?, at now: Timestamp) -> Bool {
        guard let index = inputs.firstIndex(where: { $0.key.isExactly(key) && $0.isOpen }) else { return false }
        extras.inputs[index].state = state
        extras.inputs[index].answer = value
        extras.inputs[index].answeredAt = now
        return true
    }

    /// Says that nobody waits for a request any more. Its key is not given to another question.
    public mutating func withdraw(_ key: String) {
        guard let index = inputs.firstIndex(where: { $0.key.isExactly(key) && $0.isOpen }) else { return }
        // A key that was made is not made again; the tool's own has to be remembered.
        if key.hasPrefix(InputRequest.madeKeyMarker) {
            extras.inputs.remove(at: index)
        } else {
            extras.inputs[index].state = .withdrawn
        }
    }

    /// Lets go of what an attempt waited for that ends while the task goes on. A question under a made key is one that no later attempt can
    /// ask again.
    mutating func leaveInputs() {
        guard awaitsInput else { return }
        extras.inputs.removeAll { $0.isOpen && $0.key.hasPrefix(InputRequest.madeKeyMarker) }
        for index in inputs.indices where inputs[index].state == .awaited { extras.inputs[index].state = .left }
    }
}
