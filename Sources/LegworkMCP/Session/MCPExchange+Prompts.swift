import LegworkCore

extension MCPExchange {
    /// The most prompts on one page.
    static let promptsPerPage = 100

    /// A page of prompts, in the order in which the program gave them.
    func prompts(_ prompts: [MCPPrompt], cursor: String?) throws(MCPError) -> MCPAnswer {
        let page = try MCPListPage(of: prompts, from: cursor, mark: "p", size: Self.promptsPerPage)
        var result: JSONObject = ["prompts": .array(page.elements.map(\.json))]
        result["nextCursor"] = page.next.map(JSONValue.string)
        return complete(cached(result, forMilliseconds: Self.listLifetime))
    }

    /// A prompt with its blanks filled in.
    func prompt(_ prompt: MCPPrompt, _ messages: [MCPPrompt.Message]) -> MCPAnswer {
        var result = JSONObject()
        result["description"] = prompt.description.map(JSONValue.string)
        result["messages"] = .array(
            messages.map { ["role": .string($0.role.rawValue), "content": readable($0.content).json] }
        )
        return complete(result)
    }

    /// How an argument may go on.
    func completion(_ completion: MCPCompletion) -> MCPAnswer { complete(["completion": completion.json]) }
}

extension MCPPrompt {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["name": .string(name)]
        object["title"] = title.map(JSONValue.string)
        object["description"] = description.map(JSONValue.string)
        if !arguments.isEmpty {
            object["arguments"] = .array(
                arguments.map { argument in
                    var object: JSONObject = ["name": .string(argument.name)]
                    object["description"] = argument.description.map(JSONValue.string)
                    object["required"] = .bool(argument.isRequired)
                    return .object(object)
                }
            )
        }
        return .object(object)
    }
}
