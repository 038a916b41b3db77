import LegworkCore

/// What a daemon knows of itself.
struct DaemonStatus: Sendable {
    let version: String
    let pid: Int32
    let startedAt: Timestamp
    let folder: StateFolder
    let workers: Int
}
