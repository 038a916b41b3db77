import LegworkCore

/// A channel as the file describes it, before it is made.
struct ChannelDefinition: Sendable {
    let name: String
    /// The kind of channel, such as `slack`.
    let kind: String
    /// What that kind wants to know; its secrets are still references.
    let settings: JSONValue
    var access = ChannelAccess.everybody
    var targets = ChannelEntry.TargetPolicy.own
    var maximumCharacters: Int?
    var template: String?
    var body = BodyStyle.fenced
    var messageSize: Int?
    var maximumMessages: Int?
    var concurrency = 1
    var interval = Duration.zero
    var timeLimit = Duration.seconds(30)
    /// Whether questions come with links that answer them.
    var takesAnswers = false
    /// Whether it may be on this machine or its network.
    var allowsPrivateAddresses = false
    /// Whether signed webhooks are taken in its name.
    var isInbound = false

    /// Reads a channel: one member names its kind, and the others are the same for all kinds.
    init(_ value: JSONValue, name: String, kinds: [String]) throws(DaemonError) {
        var object = try SettingsObject(value, "channels.\(name)")
        self.name = name
        access.owners = try object.list("owners")
        access.platforms = try object.list("platforms").map(Set.init)
        targets = try Self.targets(&object)
        maximumCharacters = try object.count("max_chars", 1...1_000_000)
        template = try Self.template(&object)
        if let text = try object.text("body", atMost: 20) {
            guard let style = BodyStyle(rawValue: text) else {
                throw object.wrong("body", "one of \(BodyStyle.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))")
            }
            body = style
        }
        messageSize = try object.count("message_size", 200...1_000_000)
        maximumMessages = try object.count("max_messages", 1...100)
        concurrency = try object.count("concurrency", 1...100) ?? concurrency
        if let milliseconds = try object.count("interval_ms", 0...3_600_000) { interval = .milliseconds(milliseconds) }
        if let seconds = try object.count("timeout_seconds", 1...600) { timeLimit = .seconds(seconds) }
        takesAnswers = try object.flag("answers") ?? false
        allowsPrivateAddresses = try object.flag("allow_private") ?? false
        isInbound = try object.flag("inbound") ?? false
        let named = kinds.filter(object.unread.contains)
        guard named.count == 1, let settings = object.value(named[0]) else {
            let list = kinds.joined(separator: ", ")
            guard named.isEmpty else { throw DaemonError("channels.\(name) has several kinds, \(named.joined(separator: " and "))") }
            if let key = object.unread.first {
                let meant = Suggestion.nearest(to: key, in: kinds).map { "; did you mean '\($0)'?" } ?? ""
                throw DaemonError("channels.\(name): '\(key.truncated(toBytes: 60))' is no kind of channel\(meant); kinds are \(list)")
            }
            throw DaemonError("channels.\(name) needs its kind, one of \(list), such as \"webhook\": {\"url\": …}")
        }
        kind = named[0]
        self.settings = settings
        try object.finish()
        if isInbound, kind != "webhook" { throw DaemonError("channels.\(name).inbound is for channels of kind webhook") }
    }

    private static func template(_ object: inout SettingsObject) throws(DaemonError) -> String? {
        guard let text = try object.text("template", atMost: DeliveryTemplate.maximumBytes) else { return nil }
        do throws(DeliveryTemplateError) {
            _ = try DeliveryTemplate(text)
        } catch {
            throw DaemonError("\(object.path).template: \(error.message)")
        }
        return text
    }

    private static func targets(_ object: inout SettingsObject) throws(DaemonError) -> ChannelEntry.TargetPolicy {
        guard let value = object.value("targets") else { return .own }
        switch value.string {
        case "any": return .any
        case "own": return .own
        case nil:
            if value.array != nil, let list = try object.list("targets") { return .listed(Set(list)) }
            fallthrough
        default: throw object.wrong("targets", "\"any\", \"own\" or a list of places")
        }
    }

    /// Whether a secret stands in the file itself, and not in a variable or another file.
    var holdsSecret: Bool { Self.holdsSecret(settings) }

    private static let secretNames: Set<String> = ["token", "secret", "secrets", "password", "url", "key", "webhook", "headers"]

    private static func holdsSecret(_ settings: JSONValue) -> Bool {
        if let text = settings.string { return isLiteral(text) }
        return (settings.object?.members ?? []).contains { member in
            secretNames.contains(member.key) && texts(in: member.value).contains(where: isLiteral)
        }
    }

    private static func texts(in value: JSONValue) -> [String] {
        value.string.map { [$0] } ?? value.array?.flatMap(texts) ?? value.object?.members.flatMap { texts(in: $0.value) } ?? []
    }

    private static func isLiteral(_ text: String) -> Bool { !text.contains("${") && !text.hasPrefix("/") }
}
