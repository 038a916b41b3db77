public import LegworkCore

extension FileChannelConfiguration {
    /// Reads it: `{"path", "format"?: "text"|"jsonl", "max_bytes"?, "keep"?}`, or the path alone.
    public init(json: JSONValue, secrets: SecretSource) throws(ChannelConfigurationError) {
        var settings = try ChannelSettings(json, "file", shorthand: "path", secrets: secrets)
        let path = try settings.required("path")
        guard path.hasPrefix("/"), !path.hasSuffix("/") else { throw settings.wrong("path", "the absolute path of a file") }
        let format: Format? = try settings.choice("format")
        let maximumBytes = try settings.count("max_bytes", 1024...(1 << 40))
        let kept = try settings.count("keep", 1...Self.maximumKept)
        try settings.finish()
        self.init(
            path: path,
            format: format ?? (path.hasSuffix(".jsonl") ? .lines : .text),
            maximumBytes: maximumBytes ?? 10 << 20,
            kept: kept ?? 5
        )
    }
}

extension ChannelKind {
    static let file = ChannelKind("file") { json, means throws(ChannelConfigurationError) in
        FileChannel(try FileChannelConfiguration(json: json, secrets: means.secrets))
    }
}
