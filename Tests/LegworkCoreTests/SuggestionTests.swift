import LegworkCore
import Testing

@Suite("Suggestions for misspelt words")
struct JSONSuggestionTests {
    @Test(
        "the nearest of few edits, or none",
        arguments: [
            ("stdni", "stdin"), ("ENV", "env"), ("timeot", "timeout"), ("time_out", "timeout"), ("completely", nil), ("", nil),
            ("cwd2", "cwd"), ("xyz", nil),
        ] as [(String, String?)]
    )
    func nearest(word: String, expected: String?) {
        #expect(Suggestion.nearest(to: word, in: ["argv", "env", "stdin", "cwd", "timeout", ""]) == expected)
    }
}
