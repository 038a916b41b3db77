import FoundationEssentials
import Legwork
import LegworkAgents
import LegworkCore
import LegworkEventLoop
import LegworkHTTP

/// The agents of a configuration, as tools.
struct AgentTools {
    /// The loop that they have to themselves: the lines of a talkative agent hold up no command and no door. Nil when there is no agent.
    let loop: EventLoop?

    /// Registers what the file says; nothing when there is none.
    ///
    /// - Throws: ``DaemonError``, saying what is wrong in which file; what the registry says of names that are taken.
    init(_ configuration: DaemonConfiguration, _ manager: TaskManager, _ log: DaemonLog) throws {
        guard let path = Self.path(configuration) else {
            loop = nil
            return
        }
        let file: AgentsFile
        do {
            guard let text = FileManager.default.contents(atPath: path) else { throw DaemonError("it cannot be read") }
            file = try AgentsFile(text: Array(text))
        } catch {
            throw DaemonError("the configuration of agents, \(path): \(error)")
        }
        guard !file.agents.isEmpty else {
            loop = nil
            return
        }
        let loop = try EventLoop(name: "legwork-agents")
        self.loop = loop
        let client = try HTTPClient(loop: loop)
        let caller = ManagerToolCaller(manager)
        for agent in file.agents {
            switch agent {
            case .command(let configuration): try manager.tools.register(CommandAgentTool(configuration, loop: loop))
            case .chat(let configuration): try manager.tools.register(ChatAgentTool(configuration, client: client, caller: caller))
            }
        }
        log.write("agents of \(path): \(file.agents.map(\.name).joined(separator: ", "))")
    }

    /// The file that was named, or the one in the state folder, where there is one.
    private static func path(_ configuration: DaemonConfiguration) -> String? {
        if let path = configuration.agentsFile { return path }
        let path = configuration.folder.agents
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
