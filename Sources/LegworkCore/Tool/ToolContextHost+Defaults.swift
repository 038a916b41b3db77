// A host need not know of messages and questions.
extension ToolContextHost {
    /// Refuses.
    public func send(_ content: JSONValue, to address: MessageAddress, id: MessageID) async throws -> MessageReceipt {
        throw ToolError(.notSupported, "this host sends no messages; call the tool through a task manager")
    }

    /// Refuses.
    public func nextMessage(waitingAtMost limit: Duration?) async throws -> TaskMessage? {
        throw ToolError(.notSupported, "this host has no inbox; call the tool through a task manager")
    }

    /// Has given none.
    public func acknowledgeMessages() async throws {}

    /// Refuses.
    public func ask(_ questions: [ToolQuestion]) async throws -> [ToolReply] {
        throw ToolError(.notSupported, "this host can ask nobody; call the tool through a task manager")
    }

    /// Refuses.
    public func keep(_ bytes: [UInt8], asArtifact label: String, summary: String?) async throws -> Artifact {
        throw ToolError(.notSupported, "this host keeps no artifacts; call the tool through a task manager")
    }
}
