/// Where work that is started now belongs, without anybody having to say so: to the task that is being executed, and to the run, the call and
/// the agent that a host has named.
///
/// The manager sets it around each tool; Swift's child tasks inherit it, detached ones do not.
public enum AmbientLineage {
    /// Bound around every call: as a plain object, for a value of a protocol's type costs more to bind.
    @TaskLocal package static var object: (any AnyObject & Sendable)?

    /// What is being executed, whatever names a host has given within.
    package static var execution: (any AnyObject & Sendable)? { (object as? NamedLineage)?.execution ?? object }

    private static var source: (any LineageSource)? { object as? any LineageSource }

    /// The lineage of what an owner's work starts now.
    ///
    /// - Parameter owner: whose work it is. What another owner's task starts is no child of that task.
    public static func current(for owner: Owner) -> Lineage {
        guard let source, source.owner.map({ $0 == owner }) ?? true else { return .none }
        return source.lineageOfChildren
    }

    /// Names the run, the call within it, and the agent, for all that a body starts. What is not named stays as it was around it.
    public static func with<Result>(
        run: String? = nil,
        call: String? = nil,
        agent: String? = nil,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        var lineage = source?.lineageOfChildren ?? .none
        lineage.run = run ?? lineage.run
        lineage.call = call ?? lineage.call
        lineage.agent = agent ?? lineage.agent
        return try await $object.withValue(NamedLineage(owner: source?.owner, lineage: lineage, within: execution), operation: body)
    }
}

/// Something that starts work: a running attempt, or a host's run.
package protocol LineageSource: AnyObject, Sendable {
    /// Whose work it is; nil fits any owner.
    var owner: Owner? { get }
    /// The lineage of what it starts.
    var lineageOfChildren: Lineage { get }
}

private final class NamedLineage: LineageSource {
    let owner: Owner?
    let lineageOfChildren: Lineage
    let execution: (any AnyObject & Sendable)?

    init(owner: Owner?, lineage: Lineage, within execution: (any AnyObject & Sendable)?) {
        self.owner = owner
        self.execution = execution
        lineageOfChildren = lineage
    }
}
