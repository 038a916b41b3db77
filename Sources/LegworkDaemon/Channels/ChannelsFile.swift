import LegworkCore

/// The configuration of channels: `{"channels": {NAME: {KIND: …, …}}, "redirects": [{…}], "link": URL}`. The members stand in
/// `docs/channels.md`.
struct ChannelsFile: Sendable {
    /// The most channels.
    static let maximumChannels = 200
    /// The most rules.
    static let maximumRules = 1000

    let channels: [ChannelDefinition]
    let rules: [RedirectRule]
    /// Where people reach the daemon; it ends in a slash.
    let link: String?

    /// Reads the text of a file, at most 1 MiB.
    ///
    /// - Parameter kinds: the kinds of channels that there are.
    /// - Throws: ``DaemonError``, naming the member that is wrong.
    init(text: [UInt8], kinds: [String]) throws(DaemonError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: text, limits: JSONLimits(bytes: 1 << 20))
        } catch {
            throw DaemonError("it is no JSON: \(error)")
        }
        var file = try SettingsObject(json, "the file")
        guard let list = file.value("channels")?.object?.members else { throw DaemonError("the file needs 'channels', an object") }
        guard list.count <= Self.maximumChannels else { throw DaemonError("at most \(Self.maximumChannels) channels can be configured") }
        var channels: [ChannelDefinition] = []
        for member in list {
            guard Self.isName(member.key) else {
                throw DaemonError(
                    "'\(member.key.truncated(toBytes: 60))' cannot be a channel's name: 1 to \(Redirect.maximumNameBytes) of the characters A-Z a-z 0-9 . _ -, not only dots"
                )
            }
            channels.append(try ChannelDefinition(member.value, name: member.key, kinds: kinds))
        }
        let rules = file.value("redirects")
        guard let given = rules == nil ? [] : rules?.array, given.count <= Self.maximumRules else {
            throw DaemonError("'redirects' must be a list of at most \(Self.maximumRules) rules")
        }
        var read: [RedirectRule] = []
        for (index, value) in given.enumerated() { read.append(try Self.rule(value, "redirects[\(index)]", channels)) }
        link = try Self.link(&file)
        try file.finish()
        if link == nil, let asking = channels.first(where: \.takesAnswers) {
            throw DaemonError(
                "channels.\(asking.name).answers needs 'link' in the file: where people reach the daemon, such as https://legwork.example/"
            )
        }
        self.channels = channels
        self.rules = read
    }

    private static func isName(_ text: String) -> Bool {
        // One of dots alone would be a step in a path.
        (1...Redirect.maximumNameBytes).contains(text.utf8.count) && text.contains { $0 != "." }
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "._-".utf8.contains(byte)
            }
    }

    private static func link(_ file: inout SettingsObject) throws(DaemonError) -> String? {
        guard let link = try file.text("link", atMost: 500) else { return nil }
        let rest = ["https://", "http://"].first(where: link.hasPrefix).map { link.dropFirst($0.count) }
        guard let first = rest?.first, first != "/", first != ":", link.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !link.contains(where: { "?#@\"<>\\".contains($0) })
        else {
            throw DaemonError("'link' must be a URL without a query or a password, such as https://legwork.example/")
        }
        return link.hasSuffix("/") ? link : link + "/"
    }

    private static func rule(_ value: JSONValue, _ path: String, _ channels: [ChannelDefinition]) throws(DaemonError) -> RedirectRule {
        var object = try SettingsObject(value, path)
        guard let name = try object.text("channel", atMost: Redirect.maximumNameBytes) else { throw DaemonError("\(path) needs 'channel'") }
        guard let channel = channels.first(where: { $0.name == name }) else {
            let list = channels.map(\.name).sorted().joined(separator: ", ")
            throw DaemonError("\(path).channel: there is no channel '\(name)'; there are \(list.isEmpty ? "none" : list)")
        }
        let target = try object.text("target", atMost: Redirect.maximumNameBytes)
        if target == "origin", channel.targets == .own {
            throw DaemonError("\(path).target: the channel '\(name)' takes no place but its own; give it \"targets\": \"any\" for 'origin'")
        }
        let isDefault = try object.flag("default") ?? false
        if isDefault, object.value("on") != nil {
            throw DaemonError(
                "\(path).on: a rule with \"default\": true tells nothing by itself; whoever redirects there says what is told"
            )
        }
        let redirect = Redirect(
            to: name,
            target: target,
            on: try statuses(&object),
            maximumCharacters: try object.count("max_chars", 1...1_000_000),
            isStanding: true
        )
        let rule = RedirectRule(
            owners: try object.list("owners"),
            tool: try object.text("tool", atMost: 128),
            queue: try object.text("queue", atMost: 100),
            platform: try object.text("platform", atMost: 256),
            isDefault: isDefault,
            redirect
        )
        try object.finish()
        return rule
    }

    private static func statuses(_ object: inout SettingsObject) throws(DaemonError) -> Set<TaskStatus> {
        guard let words = try object.list("on") else { return Redirect.ends }
        let statuses = words.compactMap(TaskStatus.init).filter(Redirect.tellable.contains)
        guard statuses.count == words.count else {
            let known = Redirect.tellable.map(\.rawValue).sorted().joined(separator: ", ")
            throw object.wrong("on", "a list of these: \(known)")
        }
        return Set(statuses)
    }
}
