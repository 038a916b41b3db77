import LegworkCore

/// Makes the links with which people answer what a task asks, out of a message in a chat.
struct AnswerLinks: Sendable {
    /// The most links of one message, without that which cancels.
    private static let maximumLinks = 10

    private let seal: AnswerSeal
    private let base: String

    /// - Parameter base: where people reach the daemon, such as `https://legwork.example/`.
    init(_ seal: AnswerSeal, base: String) {
        self.seal = seal
        self.base = base
    }

    /// The links for what a delivery tells; the same whenever it is laid out.
    func links(for content: DeliveryContent) -> [AnswerLink] {
        guard content.status == .inputRequired else { return [] }
        let expiry = content.at + AnswerToken.lifetime
        func link(_ label: String, _ act: AnswerToken.Act) -> AnswerLink {
            AnswerLink(label: label, url: "\(base)v1/answers/\(seal.seal(AnswerToken(task: content.task, act: act, expiresAt: expiry)))")
        }
        var links: [AnswerLink] = []
        for question in content.questions {
            guard let key = question["key"]?.string, let form = AnswerForm(question: question) else { continue }
            let prefix = content.questions.count > 1 ? "\(key): " : ""
            if form.choices.isEmpty {
                links.append(link("\(prefix)Answer", .write(key: key)))
            } else {
                links += form.choices.enumerated().map { link(prefix + $1.label, .answer(key: key, choice: $0)) }
            }
        }
        return links.prefix(Self.maximumLinks) + [link("Cancel task", .cancel)]
    }
}
