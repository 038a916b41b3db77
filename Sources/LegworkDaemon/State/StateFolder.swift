import FoundationEssentials
import Glibc

/// The folder where a daemon keeps everything, and the names within it.
public struct StateFolder: Sendable, Hashable {
    /// The folder's absolute path.
    public let path: String

    /// Where the socket's folder lies that all users of this machine share.
    private let sharedFolder: String

    /// Names a folder; a relative path is taken from the current directory.
    public init(path: String) { self.init(path: path, sharedFolder: "/tmp") }

    /// Names a folder, and a place for a socket whose path would be too long in it.
    package init(path: String, sharedFolder: String) {
        self.sharedFolder = sharedFolder
        if path.hasPrefix("/") {
            self.path = path
        } else {
            self.path = FileManager.default.currentDirectoryPath + "/" + path
        }
    }

    /// The usual place: `LEGWORK_STATE`, or `legwork` in `XDG_STATE_HOME`, or `~/.local/state/legwork`.
    public static func standard(_ environment: [String: String]) -> StateFolder {
        if let path = environment["LEGWORK_STATE"], !path.isEmpty { return StateFolder(path: path) }
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return StateFolder(path: base + "/legwork") }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/"
        return StateFolder(path: home + "/.local/state/legwork")
    }

    /// The database.
    public var database: String { path + "/tasks.db" }
    /// The folder of raw output.
    public var outputs: String { path + "/outputs" }
    /// What the daemon has to say.
    public var log: String { path + "/daemon.log" }
    /// A bearer token for TCP that may do everything.
    public var token: String { path + "/token" }
    /// What seals the states that MCP clients carry.
    public var stateKey: String { path + "/mcp-state.key" }
    /// The digests of all other tokens, and what each is for.
    public var tokens: String { path + "/tokens.json" }
    /// The description of agents, when nothing else is named.
    public var agents: String { path + "/agents.json" }
    /// The description of channels, when nothing else is named.
    public var channels: String { path + "/channels.json" }

    /// The socket that the daemon listens on.
    ///
    /// A Unix socket's path has at most 107 bytes. Where the folder's path is too long for that, the socket lies in a folder of the user's
    /// own below `/tmp`, under a name that follows from the state folder and nothing else: agent hosts start programs without most of the
    /// environment, and `XDG_RUNTIME_DIR` is removed when its user logs out, which the daemon outlives.
    public var socket: String {
        let direct = path + "/daemon.sock"
        if direct.utf8.count <= 100 { return direct }
        let digest = path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "\(ownFolder)/\(String(digest, radix: 36)).sock"
    }

    /// The user's own folder among those of others.
    private var ownFolder: String { "\(sharedFolder)/legwork-\(getuid())" }

    /// Makes sure that what listens at the socket can only be this user's: in a shared place, anybody may have made its folder.
    ///
    /// - Returns: whether anything can listen there at all; false when its folder is missing.
    /// - Throws: ``DaemonError`` when its folder belongs to another user, is a link, or can be used by others.
    public func checkSocket() throws(DaemonError) -> Bool {
        guard socket.hasPrefix(ownFolder + "/") else { return true }
        var status = stat()
        guard lstat(ownFolder, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
            throw DaemonError(
                "the daemon's socket would lie in \(ownFolder), which is not a folder that only you can use; remove that, or choose a state "
                    + "folder with a shorter path with --state or LEGWORK_STATE"
            )
        }
        return true
    }

    /// Makes the folder, for this user only.
    ///
    /// - Throws: ``DaemonError``, saying what to do.
    public func create() throws(DaemonError) {
        try Self.makeFolder(path)
        if socket.hasPrefix(ownFolder + "/") {
            if mkdir(ownFolder, 0o700) != 0, errno != EEXIST {
                throw DaemonError("the folder \(ownFolder) for the daemon's socket cannot be made: \(Self.errorText(errno))")
            }
            _ = try checkSocket()
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw DaemonError(
                "the state folder \(path) cannot be written: \(Self.errorText(errno)); make it writable, or choose another with --state or LEGWORK_STATE"
            )
        }
    }

    private static func makeFolder(_ path: String) throws(DaemonError) {
        var isNew = false
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) == 0 {
                isNew = true
            } else if errno != EEXIST {
                throw DaemonError(
                    "the state folder \(path) cannot be made: \(errorText(errno)) (\(made)); choose another with --state or LEGWORK_STATE"
                )
            }
        }
        var status = stat()
        // A link of the user's own may lead to another disk; somebody else's may lead anywhere.
        guard lstat(path, &status) == 0, status.st_uid == getuid() else {
            throw DaemonError("\(path) belongs to another user; choose another state folder with --state or LEGWORK_STATE")
        }
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw DaemonError("\(path) is not a folder; move it away, or choose another state folder with --state or LEGWORK_STATE")
        }
        guard status.st_uid == getuid() else {
            throw DaemonError("the folder \(path) belongs to another user; choose another state folder with --state or LEGWORK_STATE")
        }
        // What others could read would show them commands and their environment.
        if !isNew, status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 {
            throw DaemonError("others may read \(path), and that cannot be changed: \(errorText(errno)); run chmod 700 on it")
        }
    }

    static func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
}
