import Legwork
import LegworkCore
import LegworkTestKit

extension Scene {
    /// Tells in a channel what became of tasks, in three messages each: of some when they end, of one when it has ended.
    func deliver() async throws {
        let manager = try newManager()
        try await running(manager) {
            var tasks: [TaskID] = []
            for label in ["one", "two"] {
                var options = CallOptions.background
                options.name = label
                options.idempotencyKey = label
                options.redirects = [RedirectWish(to: "paper")]
                guard let task = try await manager.call("report", as: alice, options: options).task else { return }
                say("promised \(task.id)")
                tasks.append(task.id)
            }
            let late = try await background(manager, "report", "late")
            try await awaitEnd(manager, of: late)
            try await manager.redirect("\(late)", to: RedirectWish(to: "paper"), as: alice, in: alice.scope)
            say("promised \(late)")
            for id in tasks + [late] {
                try await manager.follow(id, in: alice.scope) { _ in
                    try await manager.redirects(of: "\(id)", in: alice.scope).deliveries.contains { $0.state == .delivered }
                }
                say("delivered \(id)")
            }
        }
    }

    /// Says what fills three messages; starts again when its process is gone.
    var report: ClosureTool {
        ClosureTool(ToolDescriptor(name: "report", description: "Reports.", recovery: .restart)) { _, _ in
            .text(Array(repeating: "a line of words\n", count: 60).joined())
        }
    }
}

/// Says what it is given on the standard output: `arrived KEY`.
struct Paper: Channel {
    let form = ChannelForm.messages(MessageStyle(limit: MessageLimit(200), maximumMessages: 3, markup: .plain))

    func send(_ piece: DeliveryPiece) async throws(ChannelError) -> PieceReceipt {
        say("arrived \(piece.key)")
        return PieceReceipt(.string(piece.key))
    }
}
