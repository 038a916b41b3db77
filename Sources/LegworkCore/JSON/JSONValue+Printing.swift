extension JSONValue {
    /// The value as JSON, without spaces, in UTF-8. Members keep their order.
    public func jsonBytes() -> [UInt8] {
        var printer = JSONPrinter(indentation: nil)
        printer.print(self)
        return printer.bytes
    }

    /// The value as JSON, without spaces.
    public func json() -> String { String(decoding: jsonBytes(), as: UTF8.self) }

    /// The value as JSON for people: two spaces per level.
    public func prettyJSON() -> String {
        var printer = JSONPrinter(indentation: 2)
        printer.print(self)
        return String(decoding: printer.bytes, as: UTF8.self)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON.
    public var description: String { json() }
}

/// Writes JSON. Keeps its own stack, so that no value is too deep.
struct JSONPrinter {
    private enum Step {
        case value(JSONValue)
        case elements(ArraySlice<JSONValue>, isFirst: Bool)
        case members(ArraySlice<JSONObject.Member>, isFirst: Bool)
    }

    private(set) var bytes: [UInt8] = []
    private let indentation: Int?

    init(indentation: Int?) {
        self.indentation = indentation
        bytes.reserveCapacity(256)
    }

    mutating func print(_ value: JSONValue) {
        // Scalars and small flat values need no stack.
        var stack: [Step] = []
        open(value, &stack)
        while let step = stack.popLast() {
            switch step {
            case .value(let value): open(value, &stack)
            case .elements(let rest, let isFirst):
                guard let element = rest.first else {
                    close(UInt8(ascii: "]"), isEmpty: isFirst, level: stack.count)
                    continue
                }
                separate(isFirst: isFirst, level: stack.count + 1)
                stack.append(.elements(rest.dropFirst(), isFirst: false))
                open(element, &stack)
            case .members(let rest, let isFirst):
                guard let member = rest.first else {
                    close(UInt8(ascii: "}"), isEmpty: isFirst, level: stack.count)
                    continue
                }
                separate(isFirst: isFirst, level: stack.count + 1)
                write(member.key)
                bytes.append(UInt8(ascii: ":"))
                if indentation != nil { bytes.append(0x20) }
                stack.append(.members(rest.dropFirst(), isFirst: false))
                open(member.value, &stack)
            }
        }
    }

    private mutating func open(_ value: JSONValue, _ stack: inout [Step]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: value.description.utf8)
        case .number(let number): bytes.append(contentsOf: number.lexeme.utf8)
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            stack.append(.elements(elements[...], isFirst: true))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            stack.append(.members(object.members[...], isFirst: true))
        }
    }

    private mutating func separate(isFirst: Bool, level: Int) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        breakLine(level)
    }

    private mutating func close(_ byte: UInt8, isEmpty: Bool, level: Int) {
        if !isEmpty { breakLine(level) }
        bytes.append(byte)
    }

    private mutating func breakLine(_ level: Int) {
        guard let indentation else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indentation * level))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
                writeEscape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x20...: bytes.append(byte)
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 0xF)])
        }
    }
}
