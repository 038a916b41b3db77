import LegworkCore

/// The channels and rules of the configuration: who may have what told where. Pure.
struct ChannelBook: Sendable {
    private let entries: [String: ChannelEntry]
    private let rules: [RedirectRule]
    /// The names, in order.
    let names: [String]
    /// What is wrong with the configuration.
    let problems: [String]

    init(_ channels: [ChannelEntry], _ rules: [RedirectRule]) {
        var entries: [String: ChannelEntry] = [:]
        var problems: [String] = []
        for entry in channels {
            if entries.updateValue(entry, forKey: entry.name) != nil {
                problems.append("there are two channels named '\(entry.name)'; the second is taken")
            }
        }
        for rule in rules {
            guard let entry = entries[rule.redirect.channel] else {
                problems.append(
                    "a rule redirects to the channel '\(rule.redirect.channel)', which is not configured; nothing is told there"
                )
                continue
            }
            if rule.isToOrigin, entry.targets == .own {
                problems.append(
                    "a rule redirects to the origin in the channel '\(entry.name)', which takes no places but its own; nothing is told there"
                )
            }
        }
        self.entries = entries
        self.rules = rules.filter { entries[$0.redirect.channel] != nil }
        self.problems = problems
        names = entries.keys.sorted()
    }

    subscript(name: String) -> ChannelEntry? { entries[name] }

    // MARK: - What is permitted

    /// The names of the channels that a caller may use.
    func names(for caller: Caller) -> [String] { names.filter { entries[$0]?.access.permits(caller) == true } }

    /// The channel of a name, for the operator.
    func entry(_ name: String) throws(TaskManagerError) -> ChannelEntry {
        if let entry = entries[name] { return entry }
        let offer = names.isEmpty ? "none is configured" : "there are \(names.map { "'\($0)'" }.joined(separator: ", "))"
        throw TaskManagerError(.noChannel, "there is no channel '\(name.truncated(toBytes: 100))'; \(offer)")
    }

    /// The channel of a name; one that the caller may not use looks like one that is not there.
    func entry(_ name: String, for caller: Caller) throws(TaskManagerError) -> ChannelEntry {
        guard let entry = entries[name], entry.access.permits(caller) else {
            throw TaskManagerError(.noChannel, "there is no channel '\(name.truncated(toBytes: 100))'; \(offer(to: caller))")
        }
        return entry
    }

    private func offer(to caller: Caller) -> String {
        let names = names(for: caller)
        guard !names.isEmpty else { return "no channel is configured for you; wait for the task and pass its result on yourself" }
        return "you may use \(names.map { "'\($0)'" }.joined(separator: ", "))"
    }

    /// The redirect that a wish of a caller means.
    ///
    /// - Parameters:
    ///   - wish: what is wished.
    ///   - caller: who wishes it.
    ///   - tool: the tool of the task.
    ///   - queue: its queue.
    func redirect(for wish: RedirectWish, of caller: Caller, tool: String, queue: String) throws(TaskManagerError) -> Redirect {
        guard !wish.statuses.isEmpty, wish.statuses.isSubset(of: Redirect.tellable) else {
            let words = Redirect.tellable.map(\.rawValue).sorted().joined(separator: ", ")
            throw TaskManagerError(.invalidArgument, "a redirect tells one or more of \(words); name those")
        }
        if let characters = wish.maximumCharacters, !(1...RedirectWish.greatestCharacters).contains(characters) {
            throw TaskManagerError(.invalidArgument, "the most characters of a result must be 1 to \(RedirectWish.greatestCharacters)")
        }
        let (entry, standard) = try meant(by: wish, caller, tool, queue)
        if let target = wish.target { try check(target, entry) }
        return Redirect(
            to: entry.name,
            target: wish.target ?? standard?.target,
            on: wish.statuses,
            maximumCharacters: wish.maximumCharacters ?? standard?.maximumCharacters
        )
    }

    private func meant(
        by wish: RedirectWish,
        _ caller: Caller,
        _ tool: String,
        _ queue: String
    ) throws(TaskManagerError) -> (ChannelEntry, Redirect?) {
        if let name = wish.channel { return (try entry(name, for: caller), nil) }
        let standard = rules.lazy.filter { $0.isDefault && $0.matches(caller, tool: tool, queue: queue) }
            .compactMap { redirect(of: $0, for: caller) }
            .first { entries[$0.channel]?.access.permits(caller) == true }
        guard let standard, let entry = entries[standard.channel] else {
            throw TaskManagerError(.noChannel, "no channel is meant for those who name none; \(offer(to: caller))")
        }
        return (entry, standard)
    }

    private func check(_ target: String, _ entry: ChannelEntry) throws(TaskManagerError) {
        guard (1...Redirect.maximumNameBytes).contains(target.utf8.count), !target.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw TaskManagerError(
                .invalidArgument,
                "the place in the channel must be a text of 1 to \(Redirect.maximumNameBytes) bytes without control characters"
            )
        }
        switch entry.targets {
        case .any: break
        case .own:
            throw TaskManagerError(.invalidArgument, "the channel '\(entry.name)' has no places to choose from; leave the target out")
        case .listed(let targets):
            guard targets.contains(where: target.isExactly) else {
                let list = targets.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
                throw TaskManagerError(.invalidArgument, "the channel '\(entry.name)' takes only the targets \(list)")
            }
        }
    }

    // MARK: - Rules

    /// What the rule tells where for a caller; nil when it means the caller's own place, and there is none or the channel does not take it.
    private func redirect(of rule: RedirectRule, for caller: Caller) -> Redirect? {
        let redirect = rule.redirect
        guard rule.isToOrigin else { return redirect }
        // The place is the caller's word, unlike one that the rule itself names.
        guard let place = caller.origin?.channel, let entry = entries[redirect.channel], (try? check(place, entry)) != nil else {
            return nil
        }
        return Redirect(to: redirect.channel, target: place, on: redirect.statuses, maximumCharacters: redirect.maximumCharacters)
    }

    /// What is told of a task without anybody's asking.
    func standing(for caller: Caller, tool: String, queue: String) -> [Redirect] {
        if rules.isEmpty { return [] }
        return rules.filter { !$0.isDefault && $0.matches(caller, tool: tool, queue: queue) }.compactMap { rule in
            redirect(of: rule, for: caller).map {
                Redirect(
                    to: $0.channel,
                    target: $0.target,
                    on: $0.statuses,
                    maximumCharacters: $0.maximumCharacters,
                    isStanding: true
                )
            }
        }
    }

    /// What somebody asks for who starts something, without what the rules add.
    func redirects(_ wishes: [RedirectWish], of caller: Caller, tool: String, queue: String) throws(TaskManagerError) -> [Redirect] {
        if wishes.isEmpty { return [] }
        guard wishes.count <= Redirect.maximumCount else { throw TaskManagerError.tooManyRedirects }
        return try wishes.map { wish throws(TaskManagerError) in try redirect(for: wish, of: caller, tool: tool, queue: queue) }
    }

    /// Whether something is told in a channel when the caller names none. With no caller, whether any caller's is.
    func isDefault(_ name: String, for caller: Caller?) -> Bool {
        guard let caller else { return rules.contains { $0.isDefault && $0.redirect.channel.isExactly(name) } }
        return (try? meant(by: RedirectWish(), caller, "", TaskRecord.defaultQueue).0.name.isExactly(name)) ?? false
    }
}

extension RedirectRule {
    fileprivate var isToOrigin: Bool { redirect.target == "origin" }
}

extension TaskRecord {
    /// Gives a new record its redirects: first those that somebody asked for, then those of the rules, as many as there is room for.
    ///
    /// Every place that makes a record comes through here, and none that has a record tried again.
    mutating func take(_ redirects: [Redirect], _ book: ChannelBook) {
        for redirect in redirects { _ = add(redirect) }
        guard !status.isTerminal else { return }
        for redirect in book.standing(for: caller, tool: tool, queue: queue) { _ = add(redirect) }
    }
}

extension TaskManagerError {
    static let tooManyRedirects = TaskManagerError(
        .tooManyRedirects,
        "a task has at most \(Redirect.maximumCount) redirects; take one away first"
    )
}
