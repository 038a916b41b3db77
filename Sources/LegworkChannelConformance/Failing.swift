import LegworkCore

extension ChannelBehaviour {
    static let failing =
        [
            failure("what the other side refuses is rejected", .refusal, .refusal, .rejected),
            failure("a limit says how long to wait", .rateLimits, .rateLimit(.seconds(7)), .rateLimited, after: .seconds(7)),
            failure("trouble on the other side passes", .trouble, .trouble, .unavailable),
            failure("nobody there is a state that passes", .unreachable, .unreachable, .unavailable),
            failure("an answer that breaks off is a state that passes", .hangUps, .hangUp, .unavailable),
            failure("wrong credentials are a fault of the configuration", .credentials, .wrongCredentials, .misconfigured),
            failure("a place that is gone is gone", .gone, .gone, .gone),
        ] + [
            ChannelBehaviour("an answer without end does no harm", needs: .longAnswers) { stage in
                try await stage.receiver.answer(.longAnswer)
                do throws(ChannelError) {
                    try await stage.send(stage.pieces(ChannelStage.content("mark1end")))
                } catch {
                    try expect(error.message.utf8.count <= Delivery.maximumProblemBytes, "the message is short: \(error)")
                }
                try await stage.expectWorking("later")
            }
        ]

    /// A kind of failure is told by its code, in words, and passes with its cause.
    private static func failure(
        _ name: String,
        _ needs: ChannelCapabilities,
        _ answer: ReceiverAnswer,
        _ code: ChannelError.Code,
        after pause: Duration? = nil
    ) -> ChannelBehaviour {
        ChannelBehaviour(name, needs: needs) { stage in
            let error = try await stage.failure(answer)
            try expect(error.code, equals: code, "the code of '\(error)'")
            try expect(!error.message.isEmpty, "an error says what is wrong")
            if let pause { try expect(error.retryAfter, equals: pause, "the time to wait") }
            try await stage.expectWorking("later")
        }
    }
}
