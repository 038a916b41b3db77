import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// Hears Ctrl-B at a terminal, which says: go on without me.
///
/// For that the terminal neither edits lines nor echoes. It is given back as it was however this process ends, short of SIGKILL.
final class DetachKey: Sendable {
    private static let controlB: UInt8 = 0x02

    /// How the terminal was.
    private static let saved = Lock<termios?>(nil)
    private let watches: Lock<[EventLoop.Watch]> = Lock([])

    /// Listens, if standard input is a terminal that is ours to read. Ctrl-C and the other keys with signals work as before.
    init(loop: EventLoop, _ pressed: @escaping @Sendable () -> Void) {
        var settings = termios()
        // A command in the shell's background must not touch the terminal.
        guard isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp(), tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
        let before = settings
        Self.saved.withLock { $0 = before }
        // Whoever writes to a pipe that nobody reads ends this process where it stands.
        atexit { DetachKey.giveBack() }
        var watches = [SIGTERM, SIGHUP, SIGQUIT].compactMap { number in
            try? loop.onSignal(number) {
                Self.giveBack()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0 else { return }
        let keys = try? loop.watch(descriptor: STDIN_FILENO, for: .read) {
            var byte: UInt8 = 0
            if read(STDIN_FILENO, &byte, 1) == 1, byte == Self.controlB { pressed() }
        }
        if let keys { watches.append(keys) }
        let all = watches
        self.watches.withLock { $0 = all }
    }

    /// Listens no more, and gives the terminal back.
    func restore() {
        for watch in watches.withLock({ $0 }) { watch.cancel() }
        Self.giveBack()
    }

    private static func giveBack() {
        saved.withLock { settings in
            guard var before = settings else { return }
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            settings = nil
        }
    }
}
