/// How the texts of evidence are shortened.
public enum EvidenceText {
    /// The longest summary of an entry, in characters.
    public static let summaryLimit = 240
    /// The longest summary of a gate, in characters.
    public static let gateSummaryLimit = 900

    /// So many Unicode scalars are kept for each character that is allowed, for a single character may be made of any number.
    private static let scalarsOfCharacter = 8

    /// The beginning of a text: without control characters other than line breaks and tabs, at most so many characters, with `...` where
    /// something is missing.
    public static func summary(_ text: String, limit: Int = summaryLimit) -> String {
        let (clean, isCut) = cleaned(text.unicodeScalars, limit)
        let beginning = String(String.UnicodeScalarView(clean))
        return isCut || beginning.count > limit ? beginning.prefix(max(0, limit - 3)) + "..." : beginning
    }

    /// The end of a text, where a failing command says why it fails; otherwise as ``summary(_:limit:)``.
    public static func ending(_ text: String, limit: Int = gateSummaryLimit) -> String {
        let (clean, isCut) = cleaned(text.unicodeScalars.reversed(), limit)
        let end = String(String.UnicodeScalarView(clean.reversed()))
        return isCut || end.count > limit ? "..." + end.suffix(max(0, limit - 3)) : end
    }

    private static func cleaned(
        _ scalars: some Sequence<Unicode.Scalar>,
        _ limit: Int
    ) -> (scalars: [Unicode.Scalar], isCut: Bool) {
        var clean: [Unicode.Scalar] = []
        for scalar in scalars where scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control {
            if clean.count == limit * scalarsOfCharacter { return (clean, true) }
            clean.append(scalar)
        }
        return (clean, false)
    }
}
