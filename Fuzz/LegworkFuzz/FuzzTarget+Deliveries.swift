import LegworkCore

extension FuzzTarget {
    /// What a task has to tell, in any style: the messages fit, hold the text, close what they open, and have nothing active in them.
    ///
    /// Eight bytes choose the style; the rest are the tool, the title, the reason and the text, with bytes `FF` between.
    static let messages = FuzzTarget("messages") { input throws(FuzzFailure) in
        let wish = DeliveryWish(input)
        let plan = wish.formatter.plan(for: wish.content)
        try FuzzFailure.unless(wish.formatter.plan(for: wish.content) == plan, "the same is laid out the same")
        let count = plan.messages.count
        try FuzzFailure.unless((1...wish.style.maximumMessages).contains(count), "there are not too many messages: \(count)")
        for message in plan.messages {
            let (plain, marked) = (wish.style.limit.length(of: message.plain), wish.style.limit.length(of: message.marked))
            let length = wish.style.markup == .html ? plain + marked : max(plain, marked)
            try FuzzFailure.unless(length <= wish.style.limit.count, "every message fits: \(length) \(wish.style) \(message)")
            let scan = MessageScan(message, wish.style.markup)
            try FuzzFailure.unless(scan.isBalanced, "what is opened is closed: \(message)")
            try FuzzFailure.unless(scan.active == nil, "nothing is active: \(scan.active ?? "") in \(message)")
        }
        let kept = plan.bodies.joined()
        if plan.isCut {
            try FuzzFailure.unless(plan.bodies.isEmpty || kept.unicodeScalars.contains("…"), "what is cut is marked: \(plan)")
        } else if wish.isWhole {
            let text = kept.unicodeScalars.filter { $0 != "\u{200B}" }
            try FuzzFailure.unless(
                text.elementsEqual(wish.content.text.unicodeScalars) || wish.content.text.isEmpty,
                "the bodies are the text: \(plan)"
            )
        }
    }
}

/// What bytes wish to have told, and how.
private struct DeliveryWish {
    let style: MessageStyle
    let content: DeliveryContent
    let formatter: DeliveryFormatter
    /// Whether the text has to come out as it is: nothing in it is made harmless but by zero width spaces.
    let isWhole: Bool

    init(_ input: [UInt8]) {
        let choices = input.prefix(8) + Array(repeating: 0, count: max(0, 8 - input.count))
        let fields = input.dropFirst(8).split(separator: 0xFF, maxSplits: 3, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        func pick<Value>(_ index: Int, of values: [Value]) -> Value { values[Int(choices[index]) % values.count] }
        func field(_ index: Int) -> String { index < fields.count ? fields[index] : "" }
        let units = MessageLimit.Unit.allCases
        style = MessageStyle(
            limit: MessageLimit(64 + Int(choices[1]) * (choices[2].isMultiple(of: 8) ? 16 : 2), pick(2, of: units)),
            maximumMessages: 1 + Int(choices[3]) % 6,
            markup: pick(0, of: MessageMarkup.allCases)
        )
        let start = Timestamp(milliseconds: 1_774_000_000_000)
        let status = pick(4, of: TaskStatus.allCases)
        let text = fields.last ?? ""
        content = DeliveryContent(
            task: TaskID(high: 1, low: 1),
            owner: "ann",
            tool: field(0),
            title: field(1),
            status: status,
            reason: field(2).isEmpty ? nil : TaskReason(field(2)),
            text: text,
            omitted: choices[5] > 200 ? 1000 : 0,
            questions: status == .inputRequired && choices[5].isMultiple(of: 2) ? [["key": "k", "message": .string(text)]] : [],
            artifacts: choices[5].isMultiple(of: 3) ? [field(1), field(2)] : [],
            createdAt: start,
            at: start + .milliseconds(Int64(choices[5]) << (choices[6] / 8))
        )
        let body = pick(6, of: BodyStyle.allCases)
        formatter = DeliveryFormatter(
            style: style,
            template: choices[7].isMultiple(of: 2) ? "{title} **{tool}** {reason} {link}" : nil,
            maximumCharacters: choices[7] > 128 ? Int(choices[7]) : 9000,
            link: choices[7].isMultiple(of: 5) ? "https://l.example/t?a=1&b=_x_" : nil,
            answers: choices[7].isMultiple(of: 7) ? [AnswerLink(label: field(1), url: "https://l.example/a")] : [],
            body: body
        )
        let isTame = text.unicodeScalars.allSatisfy { $0 == "\n" || ($0 >= " " && $0 <= "~") }
        isWhole = body == .fenced && status != .inputRequired && isTame && text.utf8.last != UInt8(ascii: "\n")
    }
}
