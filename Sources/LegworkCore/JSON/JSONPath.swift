/// Where in a JSON value something is, for messages: `arguments.files[2].path`.
struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    private(set) var description: String

    init(root: String) { description = root }

    func key(_ key: String) -> JSONPath {
        let isPlain =
            !key.isEmpty && key.utf8.count <= 64
            && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
        var path = self
        path.description += isPlain ? ".\(key)" : "[\(JSONValue.string(key.truncated(toBytes: 64)).json())]"
        return path
    }

    func index(_ index: Int) -> JSONPath {
        var path = self
        path.description += "[\(index)]"
        return path
    }
}
