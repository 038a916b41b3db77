import LegworkCore

/// A small seeded generator, so that a failing random test fails again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes random JSON values that use every case, odd strings and odd numbers.
struct JSONRandomDocuments {
    var generator: SeededGenerator

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case 3: return number()
        case 4, 5: return .string(string())
        case 6: return .array((0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<(depth > 3 ? 30 : 6), using: &generator) { object[string()] = value(depth: depth - 1) }
            return .object(object)
        }
    }

    /// A number that is no 64-bit integer, as text that parses.
    private mutating func number() -> JSONValue {
        let lexemes = ["-0", "0.0", "-0.0", "1.50", "1e400", "1E+2", "9223372036854775808", "-9223372036854775809", "0e0", "1.0e-7"]
        if Bool.random(using: &generator), let lexeme = lexemes.randomElement(using: &generator) {
            return (try? JSONValue(parsing: lexeme)) ?? .null
        }
        let double = Double(bitPattern: generator.next())
        return JSONNumber(double).map(JSONValue.number) ?? .null
    }

    private mutating func string() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<24, using: &generator) {
            let top: UInt32 = [0x20, 0x80, 0x80, 0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(using: &generator) ?? 0x80
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<top, using: &generator)) { text.append(scalar) }
        }
        return String(text)
    }
}
