import Legwork
import LegworkCore
import LegworkTestKit

extension Scene {
    /// Lets a task show what its work is worth, from within and from without, and deletes another one that did.
    func evidence() async throws {
        let manager = try newManager()
        try await running(manager) {
            let worker = try await background(manager, "agent", "worker", doing: "work")
            for number in 1...2 {
                let artifact = try await manager.keep(Self.filling, asArtifact: "report.md", of: worker, in: alice.scope)
                say("kept \(worker) \(artifact.path)")
                let item: JSONValue = ["content": .string("step \(number)"), "task_id": .string(worker.description)]
                _ = try await manager.call("checklist_add", item, as: alice)
                say("listed \(worker) \(number)")
                try await verify(manager, worker)
            }
            cues["work may end"].fire()
            try await awaitEnd(manager, of: worker)

            // Nobody was promised that this one stays.
            guard let other = try await manager.call("agent", as: alice, options: .background).task?.id else { return }
            _ = try await manager.wait(for: other, atMost: .seconds(3600), in: alice.scope)
            _ = try await manager.keep(Self.filling, asArtifact: "other.txt", of: other, in: alice.scope)
            try await manager.delete(other, in: alice.scope)
        }
    }

    private func verify(_ manager: TaskManager, _ id: TaskID) async throws {
        var options = CallOptions()
        options.id = .random()
        // The answer acknowledges the notice of its end.
        if let call = options.id { say("?told \(call)") }
        let arguments: JSONValue = ["gate": "test", "command": "make", "task_id": .string(id.description)]
        let result = try await manager.call("run_gate", arguments, as: alice, options: options).result
        guard let gate = result?.structuredContent?["gate"]?["id"]?.string else {
            throw Surprise(description: "a gate came to nothing: \(String(describing: result))")
        }
        say("verified \(id) \(gate)")
    }

    /// Dies in the middle of the file of an artifact.
    func cut() async throws {
        let manager = try newManager()
        let worker = try await background(manager, "agent", "worker")
        try await awaitEnd(manager, of: worker)
        let artifact = try await manager.keep(Self.filling, asArtifact: "report.md", of: worker, in: alice.scope)
        say("kept \(worker) \(artifact.path)")
        try await Death.comeWithFile(in: "\(outputs)/\(worker).artifacts")
        let large = Array(repeatElement(Self.filling, count: 1000).joined())
        while true { _ = try await manager.keep(large, asArtifact: "large.txt", of: worker, in: alice.scope) }
    }
}
