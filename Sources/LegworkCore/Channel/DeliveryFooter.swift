/// What stands under a result: how to answer, where the whole is, and which files there are.
struct DeliveryFooter: Sendable {
    private let lines: [MessageLine]

    init(_ content: DeliveryContent, link: WebAddress?, answers: [AnswerLink]) {
        var lines: [MessageLine] = []
        for answer in answers {
            guard let address = WebAddress(answer.url) else { continue }
            lines.append(MessageLine([.link(address, label: HarmlessText.line(answer.label, atMost: 80))]))
        }
        if let link { lines.append(MessageLine([.link(link, label: "Open the task")])) }
        if !content.artifacts.isEmpty {
            let names = content.artifacts.map { HarmlessText.line($0, atMost: 200) }.joined(separator: ", ")
            lines.append(MessageLine([.text("Files: \(names)")]))
        }
        self.lines = lines
    }

    /// The lines as they are sent, as many as there is room for, the ones that matter most first; nil when there are none.
    func message(_ scale: MessageScale, atMost room: Int) -> FormattedMessage? {
        var message: FormattedMessage?
        for line in lines {
            let before = message.map { $0 + FormattedMessage(plain: "\n", marked: scale.dialect.lineBreak) }
            let start = before ?? FormattedMessage(plain: "", marked: "")
            let added = line.message(scale, atMost: room - scale.length(of: start))
            if !added.plain.isEmpty { message = start + added }
        }
        return message
    }
}
