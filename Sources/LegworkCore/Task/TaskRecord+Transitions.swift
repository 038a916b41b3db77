extension TaskRecord {
    /// A change of a record, ready for ``TaskStore/commit(_:)``.
    public struct Transition: Sendable {
        /// What has to follow outside.
        public var effects: [TaskLifecycle.Effect]
        /// The timeline entries that belong to the change.
        public var events: [TaskEvent]
        /// What the owner is to be told.
        public var notices: [Notice]
        /// What is to be told in channels.
        public var deliveries: [Delivery]
        /// What is not to be told any more, if it is not sent yet.
        public var withdrawing: [DeliveryID]
        /// For the end of a task: the place of the last message that was dealt with.
        public var acknowledging: Int

        /// Describes a change.
        public init(
            effects: [TaskLifecycle.Effect] = [],
            events: [TaskEvent] = [],
            notices: [Notice] = [],
            deliveries: [Delivery] = [],
            withdrawing: [DeliveryID] = [],
            acknowledging: Int = 0
        ) {
            self.effects = effects
            self.events = events
            self.notices = notices
            self.deliveries = deliveries
            self.withdrawing = withdrawing
            self.acknowledging = acknowledging
        }
    }

    /// Takes the record through one event of its life: status, lease, times and the entry in the timeline.
    ///
    /// - Throws: ``IllegalTransition`` when the event cannot happen now; the record is unchanged.
    public mutating func apply(_ event: TaskLifecycle.Event, at now: Timestamp) throws(IllegalTransition) -> Transition {
        let before = lifecycle.status
        let wasCancelRequested = lifecycle.isCancelRequested
        let effects = try lifecycle.apply(event)
        var events: [TaskEvent] = []
        if before.isTerminal, status == before { return Transition(effects: effects, events: []) }

        for effect in effects {
            switch effect {
            case .endLease: lease = nil
            case .finish: finishedAt = now
            case .cancelAttempt, .wakeWorkers, .announce: break
            }
        }
        if lifecycle.isCancelRequested, !wasCancelRequested {
            cancelRequestedAt = now
            events.append(newEvent(.cancelRequested, at: now))
        }
        switch event {
        case .claimed: startedAt = now
        case .resumed: failure = nil
        case .interrupted, .retried, .stopped: leaveInputs()
        case .retryRequested:
            failure = nil
            result = nil
            finishedAt = nil
            notBefore = nil
            leaveInputs()
        case .completed, .failed, .cancelled, .cancelForced, .inputRequested, .inputProvided, .cancelRequested, .limitReached: break
        }
        if let kind = entryKind(of: event, from: before) {
            let data: JSONValue? = kind == .started ? ["attempt": JSONValue(attempts)] : nil
            events.append(newEvent(kind, at: now, text: kind == .failed ? failure ?? reason?.rawValue : reason?.rawValue, data: data))
        }
        if status != before { joinQueue(at: now) }
        touch(at: now)
        // Here and nowhere else, so that no way to end is without its notice and none has two.
        let isTold = (effects.contains(.finish) || effects.contains(.announce)) && !isQuiet
        return Transition(
            effects: effects,
            events: events,
            notices: isTold ? [Notice(of: self, at: now)] : [],
            deliveries: isTold ? deliveries(at: now) : []
        )
    }

    /// Adds an entry to the timeline; the caller commits it together with the record.
    public mutating func newEvent(_ kind: TaskEvent.Kind, at now: Timestamp, text: String? = nil, data: JSONValue? = nil) -> TaskEvent {
        lastEvent += 1
        return TaskEvent(sequence: lastEvent, time: now, kind: kind, text: text, data: data)
    }

    /// Counts one more change. ``apply(_:at:)`` has done so already.
    public mutating func touch(at now: Timestamp) {
        version += 1
        updatedAt = max(updatedAt, now)
    }

    /// Takes a queued task for an attempt.
    ///
    /// - Throws: ``IllegalTransition`` unless the task is queued.
    public mutating func claim(under lease: Lease, at now: Timestamp) throws(IllegalTransition) -> Transition {
        let transition = try apply(.claimed, at: now)
        self.lease = lease
        return transition
    }

    /// Prolongs the lease; this is no change that others need to hear of, so the version stays.
    package mutating func extendLease(until expiry: Timestamp) { lease?.expiresAt = expiry }

    /// Keeps the later end of a lease that was renewed while this version was made, for renewing makes no version of its own.
    package mutating func keepRenewedLease(of stored: TaskRecord) {
        guard let mine = lease, let theirs = stored.lease, mine.token == theirs.token else { return }
        lease?.expiresAt = max(mine.expiresAt, theirs.expiresAt)
    }

    /// Whether all that never changes is the same.
    package func isSameTask(as other: TaskRecord) -> Bool {
        id == other.id && owner == other.owner && tool.isExactly(other.tool) && name.isExactly(other.name)
            && idempotencyKey.isExactly(other.idempotencyKey) && flightKey.isExactly(other.flightKey) && hasInbox == other.hasInbox
            && terms.limitKey.isExactly(other.terms.limitKey)
    }

    /// The word in the timeline for an event, by where it led.
    private func entryKind(of event: TaskLifecycle.Event, from before: TaskStatus) -> TaskEvent.Kind? {
        switch (before, status) {
        case (_, .completed): .completed
        case (_, .failed): .failed
        case (_, .cancelled): .cancelled
        case (_, .stopped): .stopped
        case (_, .inputRequired) where before != .inputRequired: .inputRequired
        case (.queued, .running): .started
        case (.inputRequired, .running): .inputProvided
        case (.stopped, .queued), (.failed, .queued): .resumed
        case (.running, .queued), (.inputRequired, .queued): .requeued
        case (_, .queued), (_, .running), (_, .inputRequired): nil
        }
    }
}
