/// A schema made ready for checking. Rules form a tree; references go through the checker's table, so that a schema may refer to itself.
final class JSONSchemaRule: Sendable {
    struct Constant: Sendable {
        let value: JSONValue
        /// Of arrays and objects, what is compared.
        let canonical: [UInt8]?

        init(_ value: JSONValue) {
            self.value = value
            switch value {
            case .array, .object: canonical = value.canonicalBytes()
            case .null, .bool, .integer, .number, .string: canonical = nil
            }
        }
    }

    struct Objects: Sendable {
        var properties: [String: JSONSchemaRule] = [:]
        /// The names of the properties as the schema orders them, for messages.
        var names: [String] = []
        var required: [String] = []
        /// What members beyond the properties must be; nil for anything.
        var others: JSONSchemaRule?
        var longestName = Int.max
        var count = 0...Int.max

        var asksForMembers: Bool { !required.isEmpty || count.lowerBound > 0 }
    }

    struct Arrays: Sendable {
        var first: [JSONSchemaRule] = []
        var items: JSONSchemaRule?
        var count = 0...Int.max
        var isUnique = false
    }

    struct Numbers: Sendable {
        struct Bound: Sendable {
            let value: JSONValue
            let isExclusive: Bool
        }

        var lower: [Bound] = []
        var upper: [Bound] = []
        var divisor: Int64?
    }

    struct Conditional: Sendable {
        let condition: JSONSchemaRule
        let then: JSONSchemaRule?
        let otherwise: JSONSchemaRule?
    }

    /// What concerns values of any type.
    struct Combinations: Sendable {
        var constants: [Constant]?
        var all: [JSONSchemaRule] = []
        var any: [JSONSchemaRule]?
        var one: [JSONSchemaRule]?
        var not: JSONSchemaRule?
        var conditional: Conditional?
        /// Places in the checker's table.
        var reference: Int?
    }

    /// Empty for the schema `false`.
    let types: JSONTypeSet
    let objects: Objects?
    let arrays: Arrays?
    let numbers: Numbers?
    /// The admitted length of strings in Unicode scalars.
    let length: ClosedRange<Int>?
    let combinations: Combinations?

    init(
        types: JSONTypeSet,
        objects: Objects? = nil,
        arrays: Arrays? = nil,
        numbers: Numbers? = nil,
        length: ClosedRange<Int>? = nil,
        combinations: Combinations? = nil
    ) {
        self.types = types
        self.objects = objects
        self.arrays = arrays
        self.numbers = numbers
        self.length = length
        self.combinations = combinations
    }

    /// Whether the type is all that matters.
    var isPlainType: Bool { objects == nil && arrays == nil && numbers == nil && length == nil && combinations == nil }
}
