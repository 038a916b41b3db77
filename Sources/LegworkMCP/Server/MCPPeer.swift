import LegworkCore
import Synchronization

/// The client of a connection as the server's work sees it: who can be asked and told something.
final class MCPPeer: Sendable {
    /// The most tasks of one client that are followed for it at once. Of more the client hears nothing by itself.
    private static let maximumFollowed = 256

    private struct State {
        var followers: [TaskID: Task<Void, Never>] = [:]
        var isClosed = false
    }

    /// What the client was asked.
    let requests = MCPClientRequests()
    private let announcements: MCPAnnouncements
    private let state = Lock(State())

    init(_ announcements: MCPAnnouncements) { self.announcements = announcements }

    /// Tells the client something that belongs to none of its requests.
    func announce(_ notification: MCPNotification) { announcements.announce(notification) }

    /// Follows a task for the client as long as the connection lasts.
    func follow(_ id: TaskID, _ body: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            guard !state.isClosed, state.followers[id] == nil, state.followers.count < Self.maximumFollowed else { return }
            state.followers[id] = Task { [weak self] in
                await body()
                self?.forget(id)
            }
        }
    }

    private func forget(_ id: TaskID) { state.withLock { $0.followers[id] = nil } }

    /// Says that the client has gone.
    func close() {
        requests.close()
        let followers = state.withLock { state in
            state.isClosed = true
            defer { state.followers = [:] }
            return Array(state.followers.values)
        }
        for follower in followers { follower.cancel() }
    }
}
