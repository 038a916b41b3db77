public import LegworkCore
public import LegworkMCP

/// Tools, resources and prompts that show what a server can do: for the tests of clients, and as examples of how such things are written.
///
/// Their names and contents are those that suites for MCP know.
public enum Fixtures {
    /// The tools, in the order in which they are listed.
    ///
    /// - Throws: when a tool's descriptor cannot be used, which is a mistake in this module.
    public static func tools() throws(ToolError) -> [any Tool] {
        try TaskFixtures.tools() + MessageFixtures.tools + ContentFixtures.tools + ReportingFixtures.tools + AskingFixtures.tools
            + InputFixtures.tools
    }

    /// Adds the resources and prompts to what a server offers, and has the tools that show tasks become tasks at once.
    public static func equip(_ options: inout MCPServerOptions) {
        options.resources += ResourceFixtures.resources
        options.resourceTemplates += ResourceFixtures.templates
        options.prompts += PromptFixtures.prompts
        options.tasksAtOnce.formUnion(TaskFixtures.tasksAtOnce)
    }
}
