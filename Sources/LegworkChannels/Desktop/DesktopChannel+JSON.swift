import LegworkCore

extension ChannelKind {
    /// There is nothing to say of it: `{}`, or `true`.
    static let desktop = ChannelKind("desktop") { json, means throws(ChannelConfigurationError) in
        let settings = try ChannelSettings(json == true ? [:] : json, "desktop", secrets: means.secrets)
        try settings.finish()
        return DesktopChannel(loop: means.loop)
    }
}
