import LegworkCore

/// `legwork resume`.
enum Resume: Command {
    static let name = "resume"
    static let summary = "Let a task go on that stopped without an end"
    static let usage = "TASK ['{\"json\": …}']"
    static let details = """
        It goes on from where it last saved its state, as far as its tool does that. The JSON object holds arguments of the tool that are to
        be different this time. TASK is an id, the first four or more characters of one, or a name; legwork list --status stopped shows them.
        """

    static func run(_ invocation: Invocation) async throws -> Int32 {
        let (reference, arguments) = try invocation.taskAndJSON()
        var body = JSONObject()
        body["arguments"] = arguments
        let answer = try await invocation.client().post("/v1/tasks/\(DaemonClient.escape(reference))/resume", .object(body))
        invocation.tell(answer, "goes on")
        return ExitCode.success.rawValue
    }
}
