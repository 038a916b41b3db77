public import LegworkCore

/// A piece of work for an agent, in the words of a queue of prompts: what every tool that takes a prompt can be called with.
///
/// What it does not grant is not granted: an agent gets no shell, trusts nothing and approves nothing by itself unless that is said.
public struct AgentPrompt: Sendable, Hashable {
    /// What is to be done.
    public var prompt: String
    /// The model; nil leaves it to the agent.
    public var model: String?
    /// The folder it works in.
    public var workspace: String?
    /// `agent`, `plan`, or another word that the agent knows.
    public var mode: String?
    /// Whether it may use a shell.
    public var allowsShell: Bool
    /// Whether it trusts the workspace.
    public var trusts: Bool
    /// Whether it approves by itself what it would ask.
    public var approvesItself: Bool

    /// Describes a piece of work.
    public init(
        _ prompt: String,
        model: String? = nil,
        workspace: String? = nil,
        mode: String? = nil,
        allowsShell: Bool = false,
        trusts: Bool = false,
        approvesItself: Bool = false
    ) {
        self.prompt = prompt
        self.model = model
        self.workspace = workspace
        self.mode = mode
        self.allowsShell = allowsShell
        self.trusts = trusts
        self.approvesItself = approvesItself
    }

    /// Reads `{"prompt", "model"?, "workspace"?, "mode"?, "allow_shell"?, "trust_mode"?, "auto_approve"?}`; nil when there is no prompt.
    public init?(json: JSONValue) {
        guard let prompt = json["prompt"]?.string else { return nil }
        self.init(
            prompt,
            model: json["model"]?.string,
            workspace: json["workspace"]?.string,
            mode: json["mode"]?.string,
            allowsShell: json["allow_shell"]?.bool ?? false,
            trusts: json["trust_mode"]?.bool ?? false,
            approvesItself: json["auto_approve"]?.bool ?? false
        )
    }

    /// The same as ``init(json:)`` reads, the prompt left out.
    public var options: JSONObject {
        var object = JSONObject()
        object["model"] = model.map(JSONValue.string)
        object["workspace"] = workspace.map(JSONValue.string)
        object["mode"] = mode.map(JSONValue.string)
        object["allow_shell"] = .bool(allowsShell)
        object["trust_mode"] = .bool(trusts)
        object["auto_approve"] = .bool(approvesItself)
        return object
    }

    /// What it is about: its first line, or the beginning of that.
    public var title: String {
        let line = prompt.split(whereSeparator: \.isNewline).first { $0.contains { !$0.isWhitespace } }
        return EvidenceText.summary(line.map(String.init) ?? "prompt", limit: 150)
    }

    /// What is kept with the task: its options, and the workspace where the tools for evidence look for it.
    public var metadata: JSONObject {
        var object: JSONObject = ["prompt_options": .object(options)]
        object["workspace"] = workspace.map(JSONValue.string)
        return object
    }

    /// The arguments for an agent's tool, as far as its schema knows them.
    ///
    /// - Parameter schema: the tool's; nil for a tool that is not known here.
    public func arguments(for schema: JSONValue?) -> JSONObject {
        var arguments: JSONObject = ["prompt": .string(prompt)]
        let known = schema?["properties"]
        func isKnown(_ name: String) -> Bool { known.map { $0[name] != nil } ?? true }
        if let model, isKnown("model") { arguments["model"] = .string(model) }
        if let workspace {
            if known?["workspace"] != nil {
                arguments["workspace"] = .string(workspace)
            } else if isKnown("cwd") {
                arguments["cwd"] = .string(workspace)
            }
        }
        if let mode, isKnown("mode") {
            // The bolder modes of other systems differ from `agent` in what they may do without asking, which is said apart.
            let words = known?["mode"]?["enum"]?.array
            let isFit = words?.contains(.string(mode)) ?? true
            if isFit { arguments["mode"] = .string(mode) } else if words?.contains("agent") == true { arguments["mode"] = "agent" }
        }
        let grants = [("allow_shell", allowsShell), ("trust_mode", trusts), ("auto_approve", approvesItself || mode == "yolo")]
        for (name, isGranted) in grants where isGranted && isKnown(name) { arguments[name] = true }
        return arguments
    }
}

extension RegisteredTool {
    /// Whether the tool is an agent's: it takes a prompt, and cannot do without.
    public var takesPrompt: Bool {
        descriptor.inputSchema["properties"]?["prompt"] != nil && descriptor.inputSchema["required"]?.array?.contains("prompt") == true
    }
}
