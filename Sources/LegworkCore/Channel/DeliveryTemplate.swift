/// The line above a result: words, placeholders in braces such as `{tool}`, and `**` around what is bold on platforms that know it.
///
/// What stands for the placeholders comes from outside and is made harmless; so is the rest, so that a template looks the same everywhere.
public struct DeliveryTemplate: Sendable, Hashable {
    /// What a template can name.
    public enum Placeholder: String, Sendable, Hashable, CaseIterable {
        /// A sign for the status.
        case icon
        /// The tool's name.
        case tool
        /// What the task is about.
        case title
        /// The task's name; nothing where it has none.
        case name
        /// What became of it, such as `completed`, `was cancelled` or `needs an answer`.
        case status
        /// Why, such as `wall_limit`; nothing where there is nothing to say.
        case reason
        /// How long it took, such as `12.3 s`.
        case elapsed
        /// The task's id.
        case task
        /// The owner's name.
        case owner
        /// Which attempt it was.
        case attempts
        /// Where the whole can be looked at; nothing where there is no such place.
        case link
    }

    /// The longest template, in UTF-8 bytes.
    public static let maximumBytes = 1000

    enum Word: Sendable, Hashable {
        case text(String)
        case placeholder(Placeholder)
    }

    /// The words, and which are bold.
    let words: [(isBold: Bool, word: Word)]
    private let text: String

    /// Reads a template.
    ///
    /// - Throws: ``DeliveryTemplateError`` when it names what there is not, leaves a brace open, has more than one line or is too long.
    public init(_ text: String) throws(DeliveryTemplateError) {
        guard text.utf8.count <= Self.maximumBytes, !text.contains(where: \.isNewline) else {
            throw DeliveryTemplateError("a template is one line of at most \(Self.maximumBytes) bytes")
        }
        var words: [(Bool, Word)] = []
        var (rest, isBold, literal) = (text[...], false, "")
        func flush() {
            if !literal.isEmpty { words.append((isBold, .text(literal))) }
            literal = ""
        }
        while let character = rest.first {
            if rest.hasPrefix("**") {
                flush()
                isBold.toggle()
                rest = rest.dropFirst(2)
            } else if character == "{" {
                flush()
                guard let end = rest.firstIndex(of: "}") else { throw DeliveryTemplateError(open: rest) }
                let name = rest[rest.index(after: rest.startIndex)..<end]
                guard let placeholder = Placeholder(rawValue: String(name)) else { throw DeliveryTemplateError(unknown: name) }
                words.append((isBold, .placeholder(placeholder)))
                rest = rest[end...].dropFirst()
            } else {
                literal.append(character)
                rest = rest.dropFirst()
            }
        }
        flush()
        self.words = words
        self.text = text
    }

    /// Whether two templates are the same text.
    public static func == (left: DeliveryTemplate, right: DeliveryTemplate) -> Bool { left.text.isExactly(right.text) }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// What is wrong with a template.
public struct DeliveryTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and what there is.
    public let message: String

    /// The message.
    public var description: String { message }

    init(_ message: String) { self.message = message }

    init(unknown name: Substring) {
        let known = DeliveryTemplate.Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
        let nearest = Suggestion.nearest(to: String(name.prefix(64)), in: DeliveryTemplate.Placeholder.allCases.map(\.rawValue))
        let guess = nearest.map { ", did you mean {\($0)}?" } ?? ";"
        self.init("a template has no placeholder '{\(String(name).truncated(toBytes: 64))}'\(guess) There are: \(known)")
    }

    init(open text: Substring) {
        self.init("the placeholder that begins with '\(String(text).truncated(toBytes: 32))' is not closed by '}'")
    }
}
