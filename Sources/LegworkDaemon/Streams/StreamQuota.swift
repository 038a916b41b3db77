import LegworkCore

/// How many streams are open, and of whom. Pure.
struct StreamQuota: Sendable {
    /// Why a stream is not opened.
    enum Refusal: Sendable, Hashable {
        /// There are as many as there may be.
        case tooMany(Int)
        /// The owner has as many as one may have.
        case tooManyOfOwner(Int)
    }

    private let limit: Int
    private let limitPerOwner: Int
    private(set) var count = 0
    private var owners: [Owner: Int] = [:]

    init(limit: Int, perOwner: Int) {
        self.limit = limit
        limitPerOwner = perOwner
    }

    /// Takes a place for a stream.
    ///
    /// - Returns: why there is none.
    mutating func take(for owner: Owner) -> Refusal? {
        guard count < limit else { return .tooMany(limit) }
        let own = owners[owner] ?? 0
        guard own < limitPerOwner else { return .tooManyOfOwner(limitPerOwner) }
        count += 1
        owners[owner] = own + 1
        return nil
    }

    /// Gives a place back.
    mutating func give(back owner: Owner) {
        guard let own = owners[owner] else { return }
        count -= 1
        owners[owner] = own > 1 ? own - 1 : nil
    }
}
