import LegworkCore

extension ChannelBehaviour {
    static let concurrency = [
        ChannelBehaviour("texts that are sent at the same time arrive once each") { stage in
            let contents = (1...8).map { ChannelStage.content("mark\($0)end") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for content in contents {
                    group.addTask { _ = try await stage.send(stage.pieces(content)) }
                }
                try await group.waitForAll()
            }
            let texts = try await stage.receiver.received().map(\.text)
            try expect(texts.count, equals: 8, "the messages")
            for number in 1...8 {
                try expect(texts.count { $0.contains("mark\(number)end") }, equals: 1, "the messages of the \(number)th")
            }
        },
        ChannelBehaviour("waiting for a slow answer ends when it is cancelled, and the channel works on", needs: .silence) { stage in
            try await stage.receiver.answer(.silence)
            let sending = Task { try await stage.send(stage.pieces(ChannelStage.content("mark1end"))) }
            try await stage.receiver.waitUntilAsked()
            sending.cancel()
            switch await sending.result {
            case .success: throw ConformanceFailure(text: "an answer came that nobody gave", file: #fileID, line: #line)
            case .failure(let error as ChannelError): try expect(error.code, equals: .unavailable, "the code of '\(error)'")
            case .failure(let error): throw error
            }
            try await stage.expectWorking("later")
        },
    ]
}
