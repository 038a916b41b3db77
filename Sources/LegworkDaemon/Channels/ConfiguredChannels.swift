import FoundationEssentials
import Glibc
import Legwork
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkHTTP

/// The channels of a configuration, made.
struct ConfiguredChannels {
    /// The loop that they have to themselves: a platform that is slow holds up no door. Nil when there is no channel.
    let loop: EventLoop?
    /// The channels.
    let entries: [ChannelEntry]
    /// What is told where without anybody's asking.
    let rules: [RedirectRule]
    /// Where people reach the daemon; nil where nobody said it.
    let link: String?
    /// The keys of the channels that take signed webhooks.
    let inboundKeys: [String: [WebhookKey]]

    /// Makes what the file describes; nothing when there is none.
    ///
    /// - Throws: ``DaemonError``, saying what is wrong in which file.
    init(_ configuration: DaemonConfiguration, _ log: DaemonLog) throws(DaemonError) {
        guard let path = Self.path(configuration) else {
            (loop, entries, rules, link, inboundKeys) = (nil, [], [], nil, [:])
            return
        }
        do throws(DaemonError) {
            guard let text = FileManager.default.contents(atPath: path) else { throw DaemonError("it cannot be read") }
            let file = try ChannelsFile(text: Array(text), kinds: ChannelFactory.kinds)
            (rules, link) = (file.rules, file.link)
            guard !file.channels.isEmpty else {
                (loop, entries, inboundKeys) = (nil, [], [:])
                return
            }
            let loop: EventLoop
            let factory: ChannelFactory
            do {
                loop = try EventLoop(name: "legwork-channels")
                factory = try ChannelFactory(loop: loop)
            } catch {
                throw DaemonError("channels cannot be made: \(error)")
            }
            self.loop = loop
            var entries: [ChannelEntry] = []
            var keys: [String: [WebhookKey]] = [:]
            for definition in file.channels {
                entries.append(try Self.entry(definition, factory))
                if definition.isInbound { keys[definition.name] = try Self.inboundKeys(definition) }
            }
            self.entries = entries
            inboundKeys = keys
            if Self.isOpenToOthers(path), file.channels.contains(where: \.holdsSecret) {
                log.write("others may read \(path), and it holds secrets: run chmod 600 on it, or write ${env:NAME} for them")
            }
            log.write("channels of \(path): \(file.channels.map(\.name).joined(separator: ", "))")
        } catch {
            throw DaemonError("the configuration of channels, \(path): \(error.description)")
        }
    }

    /// The name by which people reach the daemon, so that it answers to it.
    var publicNames: [String] {
        guard let link, let authority = link.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first else { return [] }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return [String(authority[...end])] }
        return [String(authority.prefix { $0 != ":" })]
    }

    /// The file that was named, or the one in the state folder, where there is one.
    private static func path(_ configuration: DaemonConfiguration) -> String? {
        if let path = configuration.channelsFile { return path }
        let path = configuration.folder.channels
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
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
