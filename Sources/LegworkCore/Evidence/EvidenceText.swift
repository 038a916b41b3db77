/// How the texts of evidence are shortened.
public enum EvidenceText {
    /// The longest summary of an entry, in characters.
    public static let summaryLimit = 240
    /// The longest summary of a gate, in characters.
    public static let gateSummaryLimit = 900

    /// The beginning of a text: without control characters other than line breaks and tabs, at most so many characters, with `...` where
    /// something is missing.
    public static func summary(_ text: String, limit: Int = summaryLimit) -> String {
        let clean = cleaned(text)
        return clean.count > limit ? clean.prefix(max(0, limit - 3)) + "..." : clean
    }

    /// The end of a text, where a failing command says why it fails; otherwise as ``summary(_:limit:)``.
    public static func ending(_ text: String, limit: Int = gateSummaryLimit) -> String {
        let clean = cleaned(text)
        return clean.count > limit ? "..." + clean.suffix(max(0, limit - 3)) : clean
    }

    private static func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars
        where scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control { scalars.append(scalar) }
        return String(scalars)
    }
}
