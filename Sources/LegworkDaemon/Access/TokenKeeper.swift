import LegworkCore
import LegworkHTTP
import Synchronization

/// The tokens of a daemon: made, looked up, revoked, and written down in the state folder.
///
/// A token is `lw_ID_SECRET`: the id says where to look, the secret is 256 random bits. Kept is only the digest of the whole. The file `token`
/// holds one more for whoever can read it, which may do everything; it is listed under the id `file`.
final class TokenKeeper: Sendable {
    /// The id of the token that lies in a file of its own.
    static let fileID = "file"
    /// How exactly the last use is told.
    private static let grain = Duration.seconds(60)

    private struct State {
        var book: TokenBook
        var file: TokenRecord?
        /// Of the tokens that were used.
        var grants: [String: Grant] = [:]
        /// Whether a use was noted that is not written down.
        var hasNews = false
        /// The ids of tokens that are revoked, but not on the disk.
        var unwritten: Set<String> = []
        var onRevocation: @Sendable () -> Void = {}

        /// The token of that id, or the one from the file, whose text is whatever it is.
        func record(_ id: String?) -> TokenRecord? { id.flatMap { book[$0] } ?? file }

        mutating func note(use record: TokenRecord, at now: Timestamp) {
            if record.id == fileID {
                file?.lastUsedAt = now
            } else {
                book.note(use: record.id, at: now)
                hasNews = true
            }
        }

        mutating func grant(of record: TokenRecord, _ clock: any TaskClock) -> Grant {
            if let known = grants[record.id] { return known }
            let grant = Grant(owners: record.owners, rights: record.rights, expiresAt: record.expiresAt, clock: clock)
            grants[record.id] = grant
            return grant
        }

        mutating func forget(_ id: String) -> Bool {
            guard id == fileID else { return book.remove(id) != nil }
            defer { file = nil }
            return file != nil
        }
    }

    private let bookFile: SecretFile
    private let tokenFile: SecretFile
    private let clock: any TaskClock
    private let state: Lock<State>
    /// Held while a file is written: the state's own is held by the doors for every request.
    private let writing = Lock(())

    /// Reads the book.
    ///
    /// - Throws: ``DaemonError`` when it is damaged or others may read it.
    init(folder: StateFolder, clock: any TaskClock = SystemClock()) throws(DaemonError) {
        bookFile = SecretFile(path: folder.tokens)
        tokenFile = SecretFile(path: folder.token)
        self.clock = clock
        var book = TokenBook()
        if let bytes = try bookFile.read() {
            guard let json = try? JSONValue(parsing: bytes), let known = TokenBook(json) else {
                throw DaemonError(
                    "\(folder.tokens) is damaged, or was written by a later version; put back a copy, or move it away to revoke all tokens"
                )
            }
            book = known
        }
        state = Lock(State(book: book))
    }

    /// Reads the token that lies in a file of its own, or makes one there.
    ///
    /// - Throws: ``DaemonError`` when that is impossible.
    func openFile() throws(DaemonError) {
        let text: [UInt8]
        if let bytes = try tokenFile.read() {
            text = bytes.filter { $0 > 0x20 }
            guard text.count >= 32 else {
                throw DaemonError("the token in \(tokenFile.path) is too short; delete the file to have a new one made")
            }
        } else {
            text = Array(try Self.secret().utf8)
            try tokenFile.replace(with: text + [0x0A])
        }
        let record = TokenRecord(
            id: Self.fileID,
            label: "the file 'token' in the state folder",
            owners: .all,
            rights: Set(Right.allCases),
            createdAt: clock.now,
            expiresAt: nil,
            digest: SecretBytes.digest(of: text)
        )
        state.withLock { $0.file = record }
    }

    private static func secret() throws(DaemonError) -> String {
        guard let bytes = SecretBytes.random(32) else { throw DaemonError("the system gives no random numbers for a token; try again") }
        return Hexadecimal.text(bytes)
    }

    // MARK: At the doors

    /// Called whenever a token was revoked.
    func onRevocation(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onRevocation = action } }

    /// What an `Authorization` header lets somebody do; nil when it carries no valid token.
    ///
    /// The time it takes says whether there is a token of that id, which is no secret, and nothing of the rest.
    func grant(authorization: String) -> Grant? {
        guard authorization.utf8.count <= 512, let blank = authorization.firstIndex(of: " "),
            authorization[..<blank].lowercased() == "bearer"
        else { return nil }
        let token = Array(authorization[authorization.index(after: blank)...].utf8)
        let digest = SecretBytes.digest(of: token)
        let id = Self.id(in: token)
        let now = clock.now
        return state.withLock { state -> Grant? in
            guard let record = state.record(id), SecretBytes.areEqual(record.digest, digest),
                !record.isExpired(at: now)
            else { return nil }
            if record.lastUsedAt.map({ now - $0 >= Self.grain }) ?? true { state.note(use: record, at: now) }
            return state.grant(of: record, clock)
        }
    }

    /// The id that a token names; nil for one from the file, which names none.
    private static func id(in token: [UInt8]) -> String? {
        let parts = token.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("lw".utf8) else { return nil }
        return String(decoding: parts[1], as: UTF8.self)
    }

    // MARK: For those who look after the daemon

    /// All tokens, that of the file first.
    var all: [TokenRecord] { state.withLock { [$0.file].compactMap(\.self) + $0.book.all } }

    /// Makes a token. It blocks until it is written down.
    ///
    /// - Returns: the token itself, which is kept nowhere.
    /// - Throws: ``DaemonError`` when it cannot be written; ``APIFault`` when there are too many.
    func create(
        label: String?,
        owners: OwnerScope,
        rights: Set<Right>,
        lifetime: Duration?
    ) throws -> (record: TokenRecord, token: String) {
        guard let idBytes = SecretBytes.random(6) else { throw DaemonError("the system gives no random numbers for a token; try again") }
        let id = Hexadecimal.text(idBytes)
        let token = "lw_\(id)_\(try Self.secret())"
        let now = clock.now
        let record = TokenRecord(
            id: id,
            label: label,
            owners: owners,
            rights: rights,
            createdAt: now,
            expiresAt: lifetime.map { now + $0 },
            digest: SecretBytes.digest(of: Array(token.utf8))
        )
        try writing.withLock { _ in
            var next = state.withLock { $0.book }
            guard next[id] == nil, next.add(record) else {
                throw APIFault(
                    status: 409,
                    code: "too_many_tokens",
                    message: "there are \(TokenBook.maximumCount) tokens already; revoke those that are no longer needed"
                )
            }
            // Whoever is given a token may rely on it from then on, over a restart too.
            try bookFile.replace(with: next.json.jsonBytes())
            state.withLock { _ = $0.book.add(record) }
        }
        return (record, token)
    }

    /// Revokes a token: from now on it lets nobody in, and what it had let in is cut off. It blocks until that is written down.
    ///
    /// - Returns: whether there was one.
    /// - Throws: ``DaemonError`` when it cannot be written; the token is revoked all the same, until the next start. Asking again tries again.
    func revoke(_ id: String) throws -> Bool {
        try writing.withLock { _ in
            let (isMeant, book) = state.withLock { state in
                if state.forget(id) {
                    state.grants.removeValue(forKey: id)?.revoke()
                    if id != Self.fileID { state.unwritten.insert(id) }
                    return (true, state.book)
                }
                return (state.unwritten.contains(id), state.book)
            }
            // That file may lie there from a time when there was a port.
            if id == Self.fileID { return try tokenFile.remove() || isMeant }
            guard isMeant else { return false }
            try bookFile.replace(with: book.json.jsonBytes())
            state.withLock { $0.unwritten = [] }
            return true
        }
    }

    /// Cuts off who was let in by tokens that no longer do.
    func cutOff() { state.withLock { $0.onRevocation }() }

    /// Writes down when tokens were last used.
    func close() {
        writing.withLock { _ in
            let book = state.withLock { $0.hasNews || !$0.unwritten.isEmpty ? $0.book : nil }
            // Nothing depends on it.
            if let book { try? bookFile.replace(with: book.json.jsonBytes()) }
        }
    }
}
