import LegworkCore

/// Whose tasks somebody may see and make: one owner's, those of all whose names begin alike, or everybody's.
enum OwnerScope: Sendable, Hashable {
    case one(Owner)
    case prefix(String)
    case all

    /// Reads what ``description`` prints: `NAME`, `BEGINNING*` or `*`. Nil for what is too long, or empty.
    init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Owner.maximumLength, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        if text == "*" {
            self = .all
        } else if text.hasSuffix("*") {
            self = .prefix(String(text.dropLast()))
        } else {
            self = .one(Owner(text))
        }
    }

    func includes(_ owner: Owner) -> Bool {
        switch self {
        case .one(let mine): mine == owner
        case .prefix(let beginning): owner.name.utf8.starts(with: beginning.utf8)
        case .all: true
        }
    }

    /// Whether everybody whom another scope includes is included here.
    func includes(_ other: OwnerScope) -> Bool {
        switch (self, other) {
        case (.all, _): true
        case (_, .one(let owner)): includes(owner)
        case (.prefix(let mine), .prefix(let beginning)): beginning.utf8.starts(with: mine.utf8)
        case (.one, .prefix), (_, .all): false
        }
    }
}

extension OwnerScope: CustomStringConvertible {
    var description: String {
        switch self {
        case .one(let owner): owner.name
        case .prefix(let beginning): beginning + "*"
        case .all: "*"
        }
    }
}
