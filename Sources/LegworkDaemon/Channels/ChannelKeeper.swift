import Legwork
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import Synchronization

/// The channels of a daemon as their file describes them, from one reading of it to the next.
final class ChannelKeeper: Sendable {
    private let configuration: DaemonConfiguration
    private let log: DaemonLog
    /// The loop that channels have to themselves, so that a platform that is slow holds up no door. Nil until there is a channel.
    private let loop = Lock<EventLoop?>(nil)
    private let current = Lock(ConfiguredChannels.none)
    /// Held while the file is read again: of two readings the later one counts.
    private let turn = Lock(())

    /// Reads the file for the first time.
    ///
    /// - Throws: ``DaemonError``, saying what is wrong in which file.
    init(_ configuration: DaemonConfiguration, _ log: DaemonLog) throws(DaemonError) {
        self.configuration = configuration
        self.log = log
        let channels = try read()
        current.withLock { $0 = channels }
    }

    /// Reads the file again and has the manager use what it describes. A file with a mistake changes nothing.
    ///
    /// - Throws: ``DaemonError``, saying what is wrong in which file.
    func reload(for manager: TaskManager) throws(DaemonError) {
        try turn.withLock { _ throws(DaemonError) in
            let channels: ConfiguredChannels
            do throws(DaemonError) {
                channels = try read()
            } catch {
                log.write("the channels stay as they are: \(error.description)")
                throw error
            }
            current.withLock { $0 = channels }
            manager.configure(channels: channels.entries, redirectRules: channels.rules)
        }
    }

    /// What was read last.
    var channels: ConfiguredChannels { current.withLock { $0 } }

    /// Ends the channels' loop.
    func close() { loop.withLock { $0 }?.stop() }

    private func read() throws(DaemonError) -> ConfiguredChannels {
        let channels = try ConfiguredChannels(configuration, log, on: sharedLoop)
        if configuration.port == nil, channels.entries.contains(where: \.takesAnswers) {
            log.write("links that answer questions lead to \(channels.link ?? ""), but nobody listens: give legwork serve --port too")
        }
        return channels
    }

    private func sharedLoop() throws(SystemError) -> EventLoop {
        try loop.withLock { loop throws(SystemError) in
            if let loop { return loop }
            let made = try EventLoop(name: "legwork-channels")
            loop = made
            return made
        }
    }
}
