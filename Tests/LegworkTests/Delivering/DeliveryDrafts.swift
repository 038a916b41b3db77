import LegworkCore

@testable import Legwork

/// A delivery of a made-up task.
func delivery(_ number: Int, at time: Timestamp = Timestamp(milliseconds: 1_800_000_000_000), channel: String = "ops") -> Delivery {
    let task = TaskID(high: 1, low: UInt64(number))
    return Delivery(
        id: DeliveryID(task: task, redirect: 1, event: 3),
        channel: channel,
        content: DeliveryContent(
            task: task,
            owner: "alice",
            tool: "echo",
            title: "echo",
            status: .completed,
            text: "text \(number)",
            createdAt: time,
            at: time
        ),
        createdAt: time
    )
}
