import Legwork
import LegworkCore

/// The header fields that repeat arguments of a tool's call, for what lies between client and server: those that the tool's schema marks with
/// `x-mcp-header` (2026-07-28, basic/transports/streamable-http, "Custom Headers from Tool Parameters"). Pure.
///
/// Only marks that can be reached through `properties` alone count, on strings, whole numbers, booleans and, as some clients have it, numbers.
/// A mark that is none holds nobody to anything.
struct MCPParameterHeaders: Sendable, Hashable {
    /// A field and what it repeats.
    struct Field: Sendable, Hashable {
        /// The field's name, `Mcp-Param-` included.
        let name: String
        /// Where the argument stands, from the outside in.
        let path: [String]
    }

    private static let prefix = "Mcp-Param-"
    private static let mark = "x-mcp-header"
    private static let types: Set<String> = ["string", "integer", "boolean", "number"]
    /// How deep marks may stand.
    private static let maximumDepth = 16

    /// The fields in the schema's order.
    let fields: [Field]

    /// Finds the marks of a tool's schema.
    init(_ schema: JSONValue) {
        var fields: [Field] = []
        Self.collect(schema, [], &fields)
        // Two marks of one name hold nobody to either.
        let names = fields.map { $0.name.lowercased() }
        self.fields = fields.filter { field in names.count { $0 == field.name.lowercased() } == 1 }
    }

    private static func collect(_ schema: JSONValue, _ path: [String], _ fields: inout [Field]) {
        guard path.count < maximumDepth, let properties = schema["properties"]?.object else { return }
        for property in properties.members {
            let inner = path + [property.key]
            if let name = property.value[mark]?.string, isToken(name), types.contains(property.value["type"]?.string ?? "") {
                fields.append(Field(name: prefix + name, path: inner))
            }
            collect(property.value, inner, &fields)
        }
    }

    /// Whether a text can be a part of a field's name (RFC 9110 §5.6.2).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// Holds a call to its header: a field for each argument that is there, of the same value, and none for one that is not.
    func check(_ arguments: JSONValue, _ headers: MCPHTTPHeaders) throws(MCPError) {
        for field in fields {
            let values = headers.values(field.name)
            let place = "arguments." + field.path.joined(separator: ".")
            var argument: JSONValue? = arguments
            for key in field.path { argument = argument?[key] }
            guard let argument, argument != .null else {
                guard values.isEmpty else { throw Self.mismatch("the header field \(field.name) repeats \(place), which is not there") }
                continue
            }
            guard let value = values.first else {
                throw Self.mismatch("the header field \(field.name) is missing; it has to repeat \(place)")
            }
            guard values.count == 1 else { throw Self.mismatch("the header field \(field.name) comes more than once") }
            guard let text = MCPHeaderText.decode(value) else {
                throw Self.mismatch("the header field \(field.name) has characters that it cannot have, or is no base64 where it says so")
            }
            guard Self.says(text, argument) else {
                throw Self.mismatch("the header field \(field.name) says '\(text.truncated(toBytes: 100))', but \(place) does not")
            }
        }
    }

    /// Whether a text stands for a value.
    private static func says(_ text: String, _ value: JSONValue) -> Bool {
        switch value {
        case .string(let string): return string.isExactly(text)
        case .bool(let bool): return text == (bool ? "true" : "false")
        case .integer(let number):
            if let other = Int64(text) { return other == number }
            // `42.0` is `42`; beyond this, one such text stands for several numbers.
            return number.magnitude <= 1 << 53 && decimal(text) == Double(number)
        case .number: return value.double != nil && decimal(text) == value.double
        case .null, .array, .object: return false
        }
    }

    /// The number that a text writes as JSON does; Swift reads hexadecimal digits and more.
    private static func decimal(_ text: String) -> Double? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) } ? Double(text) : nil
    }

    private static func mismatch(_ message: String) -> MCPError { MCPError(.headerMismatch, message, httpStatus: 400) }
}

extension MCPServer {
    /// Holds a call of a tool, which came over HTTP and stands for itself, to the header fields that its tool wants.
    ///
    /// - Throws: ``MCPError`` (-32020) when they do not agree.
    public func check(_ message: MCPMessage, against headers: MCPHTTPHeaders) throws(MCPError) {
        guard case .request(let request) = message, request.method == "tools/call", let name = request.params["name"]?.string,
            let tool = manager.tools[name]
        else { return }
        let fields = MCPParameterHeaders(tool.descriptor.inputSchema)
        guard !fields.fields.isEmpty else { return }
        try fields.check(request.params["arguments"] ?? .object(JSONObject()), headers)
    }
}
