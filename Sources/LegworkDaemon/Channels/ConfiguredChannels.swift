import FoundationEssentials
import Glibc
import Legwork
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkHTTP

/// The channels of a configuration, made.
struct ConfiguredChannels: Sendable {
    /// The channels.
    let entries: [ChannelEntry]
    /// What is told where without anybody's asking.
    let rules: [RedirectRule]
    /// Where people reach the daemon; nil where nobody said it.
    let link: String?
    /// The name in ``link``, in small letters, so that the daemon answers to it.
    let linkName: String?
    /// The keys of the channels that take signed webhooks.
    let inboundKeys: [String: [WebhookKey]]

    /// No channel at all.
    static let none = ConfiguredChannels()

    private init() { (entries, rules, link, linkName, inboundKeys) = ([], [], nil, nil, [:]) }

    /// Makes what the file describes; nothing when there is none.
    ///
    /// - Parameter loop: gives the loop that channels run on.
    /// - Throws: ``DaemonError``, saying what is wrong in which file.
    init(_ configuration: DaemonConfiguration, _ log: DaemonLog, on loop: () throws(SystemError) -> EventLoop) throws(DaemonError) {
        guard let path = Self.path(configuration) else {
            (entries, rules, link, linkName, inboundKeys) = ([], [], nil, nil, [:])
            return
        }
        do throws(DaemonError) {
            let file = try ChannelsFile(text: Self.text(at: path), kinds: ChannelFactory.kinds)
            (rules, link, linkName) = (file.rules, file.link, file.link.flatMap(Self.name))
            guard !file.channels.isEmpty else {
                (entries, inboundKeys) = ([], [:])
                return
            }
            let factory: ChannelFactory
            do {
                factory = try ChannelFactory(loop: loop())
            } catch {
                throw DaemonError("channels cannot be made: \(error)")
            }
            var entries: [ChannelEntry] = []
            var keys: [String: [WebhookKey]] = [:]
            for definition in file.channels {
                entries.append(try Self.entry(definition, factory))
                if definition.isInbound { keys[definition.name] = try Self.inboundKeys(definition) }
            }
            self.entries = entries
            inboundKeys = keys
            if Self.lets(others: 0o022, use: path) {
                log.write("others may write \(path), and so have programs run as you: run chmod go-w on it")
            }
            if Self.lets(others: 0o044, use: path), file.channels.contains(where: \.holdsSecret) {
                log.write("others may read \(path), and it holds secrets: run chmod 600 on it, or write ${env:NAME} for them")
            }
            log.write("channels of \(path): \(file.channels.map(\.name).joined(separator: ", "))")
        } catch {
            throw DaemonError("the configuration of channels, \(path): \(error.description)")
        }
    }

    /// The host of a URL, without its port.
    private static func name(in link: String) -> String? {
        guard let authority = link.split(separator: "/").dropFirst().first?.lowercased() else { return nil }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" })
    }

    /// The file that was named, or the one in the state folder, where there is one.
    private static func path(_ configuration: DaemonConfiguration) -> String? {
        if let path = configuration.channelsFile { return path }
        let path = configuration.folder.channels
        var status = stat()
        // Also a link that leads nowhere is there, and a mistake.
        return lstat(path, &status) == 0 ? path : nil
    }

    private static func text(at path: String) throws(DaemonError) -> [UInt8] {
        guard let text = FileManager.default.contents(atPath: path) else {
            throw DaemonError("it cannot be read; it must be a file that you may read")
        }
        return Array(text)
    }

    private static func lets(others rights: mode_t, use path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & rights != 0
    }
}

extension ConfiguredChannels {
    private static func entry(_ definition: ChannelDefinition, _ factory: ChannelFactory) throws(DaemonError) -> ChannelEntry {
        let channel = try said(by: definition) { () throws(ChannelConfigurationError) in
            try factory.channel(
                definition.kind,
                definition.settings,
                timeLimit: definition.timeLimit,
                allowsPrivateAddresses: definition.allowsPrivateAddresses
            )
        }
        return ChannelEntry(
            definition.name,
            kind: definition.kind,
            channel,
            access: definition.access,
            targets: definition.targets,
            maximumCharacters: definition.maximumCharacters,
            template: definition.template,
            messageSize: definition.messageSize,
            maximumMessages: definition.maximumMessages,
            concurrency: definition.concurrency,
            interval: definition.interval,
            timeLimit: definition.timeLimit,
            takesAnswers: definition.takesAnswers,
            body: definition.body
        )
    }

    /// The keys that webhooks which come in may be signed with: those that the channel signs with itself.
    private static func inboundKeys(_ definition: ChannelDefinition) throws(DaemonError) -> [WebhookKey] {
        let keys = try said(by: definition) { () throws(ChannelConfigurationError) in
            try WebhookConfiguration(json: definition.settings, secrets: .standard).keys
        }
        guard !keys.isEmpty else {
            throw DaemonError("channels.\(definition.name).inbound needs the channel's 'secret', with which what comes in is signed")
        }
        return keys
    }

    private static func said<Value>(
        by definition: ChannelDefinition,
        _ body: () throws(ChannelConfigurationError) -> Value
    ) throws(DaemonError) -> Value {
        do {
            return try body()
        } catch {
            throw DaemonError("channels.\(definition.name): \(error.message)")
        }
    }
}
