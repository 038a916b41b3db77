import LegworkCore

extension ScheduleRecord {
    var redirects: [Redirect] {
        get { [] }
        set {}
    }
}

struct DeliveryLayout {
    var messages: [FormattedMessage]
    var isCut: Bool
}

struct DeliveryFormatter {
    var style: MessageStyle
    var template: String?
    var maximumCharacters: Int
    var link: String?
    var answers: [AnswerLink]

    func layout(of content: DeliveryContent) -> DeliveryLayout {
        let text = "\(content.tool): \(content.status.rawValue)\n" + content.text.prefix(maximumCharacters)
        let messages = MessageSplitter(style.limit).split(text).prefix(style.maximumMessages)
        return DeliveryLayout(
            messages: messages.map { FormattedMessage(plain: $0.text, marked: $0.text) },
            isCut: content.omitted > 0 || content.text.count > maximumCharacters || messages.map(\.body.count).reduce(0, +) < text.count
        )
    }
}
