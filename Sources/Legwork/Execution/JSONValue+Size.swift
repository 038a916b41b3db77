import LegworkCore

/// How a value exceeds what it may be.
enum JSONExcess: Sendable, Hashable, CustomStringConvertible {
    case bytes(Int)
    case depth(Int)

    /// What is allowed, in words.
    var description: String {
        switch self {
        case .bytes(let limit): "it has more than the \(limit) bytes that are allowed"
        case .depth(let limit): "it nests more than the \(limit) arrays and objects that are allowed"
        }
    }
}

extension JSONValue {
    /// How the value exceeds a size, as ``approximateBytes`` counts it, or a depth; nil when it fits. Looks no further than the first excess,
    /// and costs nothing for an empty object.
    func excess(bytes: Int, depth: Int = JSONLimits.greatestDepth) -> JSONExcess? {
        var left = bytes
        return excess(left: &left, bytes, depth: depth, depth)
    }

    private func excess(left: inout Int, _ bytes: Int, depth: Int, _ maximumDepth: Int) -> JSONExcess? {
        switch self {
        case .array(let elements):
            guard depth > 0 else { return .depth(maximumDepth) }
            left -= elements.count + 2
            for element in elements {
                if left < 0 { break }
                if let excess = element.excess(left: &left, bytes, depth: depth - 1, maximumDepth) { return excess }
            }
        case .object(let object):
            guard depth > 0 else { return .depth(maximumDepth) }
            left -= 2
            for member in object.members {
                if left < 0 { break }
                left -= member.key.utf8.count + 4
                if let excess = member.value.excess(left: &left, bytes, depth: depth - 1, maximumDepth) { return excess }
            }
        case .null, .bool, .integer, .number, .string: left -= ownBytes
        }
        return left < 0 ? .bytes(bytes) : nil
    }

    /// About how many bytes the value has as JSON; never much less.
    var approximateBytes: Int {
        var sum = 0
        var pending = [self]
        while let value = pending.popLast() {
            switch value {
            case .array(let elements):
                sum += elements.count + 2
                pending += elements
            case .object(let object):
                sum += 2
                for member in object.members {
                    sum += member.key.utf8.count + 4
                    pending.append(member.value)
                }
            case .null, .bool, .integer, .number, .string: sum += value.ownBytes
            }
        }
        return sum
    }

    /// The bytes of a value that holds no others.
    private var ownBytes: Int {
        switch self {
        case .null, .bool: 5
        case .integer: 8
        case .number(let number): number.lexeme.utf8.count
        case .string(let text): text.utf8.count + 2
        case .array, .object: 2
        }
    }
}
