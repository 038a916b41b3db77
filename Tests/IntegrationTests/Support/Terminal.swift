import Glibc

/// A terminal of which the test holds the other end.
final class Terminal: Sendable {
    /// The end of the test: what is written here was typed, what is read was shown.
    let master: Int32
    /// The end of the program.
    let slave: Int32

    init() throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard master >= 0 else { throw Failure.system("open a terminal") }
        var (locked, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN: what unlockpt and ptsname do.
        guard ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw Failure.system("make a terminal")
        }
        slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw Failure.system("open the terminal /dev/pts/\(number)") }
    }

    deinit {
        close(slave)
        close(master)
    }

    /// Types keys.
    func type(_ keys: String) { _ = Glibc.write(master, keys, keys.utf8.count) }

    /// The flags that say whether lines are edited and keys echoed.
    var localFlags: tcflag_t {
        var settings = termios()
        tcgetattr(slave, &settings)
        return settings.c_lflag
    }
}
