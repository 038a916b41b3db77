import LegworkCore

extension SecretReference {
    /// Reads an agent's key, as it is now.
    ///
    /// - Throws: ``AgentError/Code/noSecret``, naming the place and never what is there.
    func agentKey() throws(AgentError) -> String {
        do throws(SecretError) {
            return try resolve()
        } catch {
            throw AgentError(.noSecret, "the agent's key: \(error.message)")
        }
    }
}
