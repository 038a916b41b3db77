import LegworkCore

extension FuzzTarget {
    /// JSON texts: what is read is printed, in every way, as a text that is read as the same value; limits hold.
    static let json = FuzzTarget("json") { input throws(FuzzFailure) in
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: input)
        } catch {
            try FuzzFailure.unless(!error.description.isEmpty, "an error says what is wrong")
            return
        }
        let printed = value.jsonBytes()
        try FuzzFailure.unless(try again(printed) == value, "what is printed is read as it was: \(value)")
        try FuzzFailure.unless(try again(value.jsonBytes(.pretty)) == value, "so is what is printed over lines: \(value)")
        let sorted = try again(value.jsonBytes(.sortedKeys))
        try FuzzFailure.unless(sorted.isEquivalent(to: value), "the order of members does not matter: \(value)")
        try FuzzFailure.unless(sorted.jsonBytes(.sortedKeys) == value.jsonBytes(.sortedKeys), "sorted is sorted: \(value)")
        try FuzzFailure.unless(again(printed).jsonBytes() == printed, "printing is stable: \(value)")
        // Against the limits: refused or read, as the case may be, and never differently.
        if let small = try? JSONValue(parsing: input, limits: JSONLimits(depth: 3, bytes: 64, values: 8, numberLength: 6)) {
            try FuzzFailure.unless(small == value && input.count <= 64, "limits change no value: \(value)")
        }
    }

    private static func again(_ bytes: [UInt8]) throws(FuzzFailure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw FuzzFailure(message: "what is printed can be read: \(error) in \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
