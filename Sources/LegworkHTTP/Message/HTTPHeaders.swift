import LegworkCore

/// The header fields of a message: in order, with repetitions; names are compared without regard to case.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral, RandomAccessCollection {
    /// One field as it was written.
    public struct Field: Sendable, Hashable {
        /// The name, such as `Content-Type`.
        public var name: String
        /// The value, without surrounding blanks.
        public var value: String

        /// Makes a field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var fields: [Field]

    /// No fields.
    public init() {
        fields = []
    }

    /// Takes fields in order.
    public init(_ fields: [Field]) {
        self.fields = fields
    }

    /// Takes fields in order; a name may come more than once.
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The index of the first field.
    public var startIndex: Int { 0 }
    /// The number of fields.
    public var endIndex: Int { fields.count }

    /// One field by its place.
    public subscript(position: Int) -> Field { fields[position] }

    /// The first value of that name. Setting replaces all of that name by one field; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { ASCIICase.isSame($0.name, name) }?.value }
        set {
            guard let newValue else {
                remove(name)
                return
            }
            if let index = fields.firstIndex(where: { ASCIICase.isSame($0.name, name) }) {
                let field = Field(name: name, value: newValue)
                remove(name)
                fields.insert(field, at: Swift.min(index, fields.count))
            } else {
                add(name, newValue)
            }
        }
    }

    /// Adds a field at the end, beside others of its name.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Removes all fields of that name.
    public mutating func remove(_ name: String) {
        fields.removeAll { ASCIICase.isSame($0.name, name) }
    }

    /// Whether there is a field of that name.
    public func contains(_ name: String) -> Bool {
        fields.contains { ASCIICase.isSame($0.name, name) }
    }

    /// All values of that name, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { ASCIICase.isSame($0.name, name) }.map(\.value)
    }

    /// The comma-separated items of all fields of that name, without blanks and empty ones.
    public func items(_ name: String) -> [String] {
        values(name).flatMap { value in
            value.split(separator: ",").map { HTTPSyntax.trimmed($0) }.filter { !$0.isEmpty }
        }
    }
}
