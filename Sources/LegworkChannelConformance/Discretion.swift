import LegworkCore

extension ChannelBehaviour {
    static let discretion: [ChannelBehaviour] =
        [
            ChannelBehaviour("no secret is in a receipt, nor in what the channel says of itself") { stage in
                let receipts = try await stage.send(stage.pieces(ChannelStage.content("mark1end")))
                for receipt in receipts { try expectNoSecret(of: stage, in: String(describing: receipt), "the receipt") }
                try expectNoSecret(of: stage, in: String(describing: stage.channel), "the channel's description")
                try expectNoSecret(of: stage, in: String(reflecting: stage.channel), "the channel's own words")
            }
        ]
        + failures.map { needs, answer in
            ChannelBehaviour("no secret is in an error: \(answer)", needs: needs) { stage in
                let error = try await stage.failure(answer)
                for text in [error.message, String(describing: error), String(reflecting: error)] {
                    try expectNoSecret(of: stage, in: text, "the error")
                }
                try expect(error.message.utf8.count <= 2 * Delivery.maximumProblemBytes, "the message is short: \(error)")
            }
        }

    private static let failures: [(ChannelCapabilities, ReceiverAnswer)] = [
        (.refusal, .refusal), (.rateLimits, .rateLimit(.seconds(7))), (.trouble, .trouble), (.unreachable, .unreachable),
        (.hangUps, .hangUp), (.credentials, .wrongCredentials), (.gone, .gone),
    ]

    private static func expectNoSecret(
        of stage: ChannelStage,
        in text: String,
        _ what: String,
        file: String = #fileID,
        line: Int = #line
    ) throws {
        for (index, secret) in stage.secrets.enumerated() where text.contains(secret) {
            throw ConformanceFailure(text: "\(what) tells the secret of number \(index + 1): \(text)", file: file, line: line)
        }
    }
}
