import LegworkCore

/// How values are stored as JSON text, and read back.
enum StoredJSON {
    /// What was accepted when it was written is read whatever its size; only the depth has a bound that the parser sets.
    private static let limits = JSONLimits(depth: JSONLimits.greatestDepth, bytes: .max, values: .max, numberLength: .max)

    /// Encodes a value.
    ///
    /// - Throws: ``StoreError/Code/invalid`` when it is nested so deeply that it could not be read back.
    static func bytes(_ value: JSONValue, _ what: StaticString) throws(StoreError) -> [UInt8] {
        let bytes = value.jsonBytes()
        // Every level takes two characters, so that short texts need no look.
        if bytes.count >= JSONLimits.greatestDepth * 2, depth(of: bytes) > JSONLimits.greatestDepth {
            throw StoreError(.invalid, "the \(what) nest more than \(JSONLimits.greatestDepth) arrays and objects; make them flatter")
        }
        return bytes
    }

    /// Reads a value; nil when the text is no JSON.
    static func value(_ bytes: [UInt8]) -> JSONValue? { try? JSONValue(parsing: bytes, limits: limits) }

    private static func depth(of bytes: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var (isInString, isEscaped) = (false, false)
        for byte in bytes {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}

extension Caller.Origin {
    /// The origin as it is stored.
    var stored: JSONValue {
        var object = JSONObject()
        object["platform"] = platform.map(JSONValue.string)
        object["channel"] = channel.map(JSONValue.string)
        object["user"] = user.map(JSONValue.string)
        object["session"] = session.map(JSONValue.string)
        return .object(object)
    }

    init(stored json: JSONValue) throws(RowDamage) {
        guard json.object != nil else { throw RowDamage("its origin is no object") }
        self.init(
            platform: json["platform"]?.string,
            channel: json["channel"]?.string,
            user: json["user"]?.string,
            session: json["session"]?.string
        )
    }
}

extension ToolResult {
    /// Reads a result as ``json`` wrote it. What a tool answered comes back, even where it is not quite as MCP wants it.
    init(stored json: JSONValue) throws(RowDamage) {
        guard let blocks = json["content"]?.array else { throw RowDamage("its result has no content") }
        var content: [ContentBlock] = []
        content.reserveCapacity(blocks.count)
        for block in blocks {
            if let known = ContentBlock(json: block) {
                content.append(known)
            } else if let object = block.object {
                content.append(.other(object))
            } else {
                throw RowDamage("its result has a block that is no object")
            }
        }
        self.init(
            content: content,
            structuredContent: json["structuredContent"],
            isError: json["isError"]?.bool ?? false,
            meta: json["_meta"]?.object
        )
    }
}
