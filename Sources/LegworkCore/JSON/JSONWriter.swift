/// Prints a value without recursion, so that a value nested ten thousand deep costs memory and not stack.
struct JSONWriter {
    /// An array or object that is open, and which of its parts comes next.
    private struct Container {
        enum Parts {
            case elements([JSONValue])
            case members([JSONObject.Member])
        }

        let parts: Parts
        var next = 0
    }

    private(set) var output: [UInt8] = []
    private let isPretty: Bool
    private let sortsKeys: Bool
    private let normalizesNumbers: Bool
    private var enclosing: [Container] = []

    init(options: JSONPrintingOptions, normalizesNumbers: Bool = false) {
        self.normalizesNumbers = normalizesNumbers
        isPretty = options.contains(.pretty)
        sortsKeys = options.contains(.sortedKeys)
        output.reserveCapacity(256)
    }

    mutating func write(_ value: JSONValue) {
        guard var current = open(value) else { return }
        while true {
            let opened: Container?
            let isFinished: Bool
            switch current.parts {
            case .elements(let elements): (opened, isFinished) = writeElements(elements, from: &current.next)
            case .members(let members): (opened, isFinished) = writeMembers(members, from: &current.next)
            }
            if let opened {
                enclosing.append(current)
                current = opened
            } else if isFinished {
                guard let outer = enclosing.popLast() else { return }
                current = outer
            }
        }
    }

    /// Writes elements until one opens a container of its own, or all are written and the bracket is closed.
    @inline(__always)
    private mutating func writeElements(_ elements: [JSONValue], from next: inout Int) -> (opened: Container?, isFinished: Bool) {
        while next < elements.count {
            if next > 0 { output.append(UInt8(ascii: ",")) }
            if isPretty { breakLine(enclosing.count + 1) }
            let opened = open(elements[next])
            next &+= 1
            if let opened { return (opened, false) }
        }
        if isPretty { breakLine(enclosing.count) }
        output.append(UInt8(ascii: "]"))
        return (nil, true)
    }

    @inline(__always)
    private mutating func writeMembers(
        _ members: [JSONObject.Member],
        from next: inout Int
    ) -> (opened: Container?, isFinished: Bool) {
        while next < members.count {
            if next > 0 { output.append(UInt8(ascii: ",")) }
            if isPretty { breakLine(enclosing.count + 1) }
            writeString(members[next].key)
            output.append(UInt8(ascii: ":"))
            if isPretty { output.append(UInt8(ascii: " ")) }
            let opened = open(members[next].value)
            next &+= 1
            if let opened { return (opened, false) }
        }
        if isPretty { breakLine(enclosing.count) }
        output.append(UInt8(ascii: "}"))
        return (nil, true)
    }

    /// Writes a scalar or an empty container whole; of any other container the opening bracket, and returns it.
    @inline(__always)
    private mutating func open(_ value: JSONValue) -> Container? {
        switch value {
        case .null: append("null")
        case .bool(true): append("true")
        case .bool(false): append("false")
        case .integer(let integer): writeInteger(integer)
        case .number(let number):
            if normalizesNumbers { writeNormalized(number) } else { appendRun(number.lexeme.utf8.span) }
        case .string(let string): writeString(string)
        case .array(let elements):
            if elements.isEmpty {
                append("[]")
            } else {
                output.append(UInt8(ascii: "["))
                return Container(parts: .elements(elements))
            }
        case .object(let object):
            if object.isEmpty {
                append("{}")
            } else {
                output.append(UInt8(ascii: "{"))
                return Container(parts: .members(sortsKeys ? Self.sorted(object.members) : object.members))
            }
        }
        return nil
    }

    private static func sorted(_ members: [JSONObject.Member]) -> [JSONObject.Member] {
        members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
    }

    /// Indents at most a hundred levels: the text of a value nested ten thousand deep would be mostly spaces, two hundred megabytes.
    private mutating func breakLine(_ level: Int) {
        output.append(UInt8(ascii: "\n"))
        for _ in 0..<min(level, 100) {
            output.append(UInt8(ascii: " "))
            output.append(UInt8(ascii: " "))
        }
    }

    private mutating func append(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func writeNormalized(_ number: JSONNumber) {
        let decimal = JSONDecimal(number)
        if let integer = decimal.integer(Int64.self) { writeInteger(integer) } else { appendRun(decimal.normalized.utf8.span) }
    }

    @inline(__always)
    mutating func appendRun(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        output.append(byte)
    }

    private mutating func writeInteger(_ integer: Int64) {
        if integer >= 0, integer < 10 {
            output.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: integer))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var index = 20
            var rest = integer.magnitude
            repeat {
                index &-= 1
                digits[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if integer < 0 {
                index &-= 1
                digits[index] = UInt8(ascii: "-")
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: digits[index..<20]))
        }
    }
}
