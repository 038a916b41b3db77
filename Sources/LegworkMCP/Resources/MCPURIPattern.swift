/// The pattern of a family of URIs: literal text and variables in braces (RFC 6570, level 1). Pure.
///
/// A variable stands for one or more characters other than `/`, `?` and `#`; what is percent-encoded in a URI is decoded in its value.
public struct MCPURIPattern: Sendable, Hashable, ExpressibleByStringLiteral {
    private enum Part: Sendable, Hashable {
        case literal(String)
        case variable(String)
    }

    /// The pattern as it was written.
    public let text: String
    private let parts: [Part]

    /// Reads a pattern; a brace that is not closed is literal text.
    public init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            parts.append(.variable(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
    }

    /// Reads a pattern.
    public init(stringLiteral value: String) { self.init(value) }

    /// The names of the variables, in order.
    public var variables: [String] {
        parts.compactMap { part in
            switch part {
            case .literal: nil
            case .variable(let name): name
            }
        }
    }

    /// The variables' values in a URI; nil when it is not of this pattern.
    ///
    /// A value is as short as it can be: it ends where the text that follows its variable is found first.
    public func values(in uri: String) -> [String: String]? {
        var values: [String: String] = [:]
        var rest = uri[...]
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let literal):
                guard rest.hasPrefix(literal) else { return nil }
                rest = rest.dropFirst(literal.count)
            case .variable(let name):
                var end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
                if index + 1 < parts.count, case .literal(let next) = parts[index + 1], let found = rest.firstRange(of: next) {
                    end = min(end, found.lowerBound)
                }
                guard end > rest.startIndex, let value = Self.decoded(rest[..<end]) else { return nil }
                values[name] = value
                rest = rest[end...]
            }
        }
        return rest.isEmpty ? values : nil
    }

    /// Text with its percent-encoded bytes decoded; nil when what comes out is no UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                let digits = rest.prefix(2)
                guard digits.count == 2, let value = UInt8(String(Substring(digits)), radix: 16) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
