import LegworkCommands
import Testing

@Suite("A command's title")
struct TitleTests {
    @Test(
        "Arguments are quoted as a shell needs them",
        arguments: [
            (["git", "status"], "git status"),
            (["echo", "two words"], "echo 'two words'"),
            (["echo", ""], "echo ''"),
            (["echo", "it's"], #"echo 'it'\''s'"#),
            (["echo", "$HOME", "a=b", "x*"], "echo '$HOME' a=b 'x*'"),
            (["printf", "a\nb\t\u{1}'\\"], #"printf $'a\nb\t\x01\'\\'"#),
            (["echo", "\u{202E}gnp.exe"], #"echo $'\u202egnp.exe'"#),
            (["echo", "grün"], "echo 'grün'"),
        ]
    )
    func arguments(_ arguments: [String], title: String) {
        #expect(CommandLineText.title(.arguments(arguments)) == title)
    }

    @Test(
        "A shell line stands as it is, on one line",
        arguments: [
            ("make test | tail", "make test | tail"),
            ("  a\n  b\n", #"a\n  b"#),
            ("echo \u{1B}[31m", #"echo \x1b[31m"#),
        ]
    )
    func shell(line: String, title: String) {
        #expect(CommandLineText.title(.shell(line)) == title)
    }

    @Test("It has at most 200 bytes", arguments: [199, 200, 201, 100_000])
    func length(count: Int) {
        for character in ["a", "ä", "'", "😀", "\n"] {
            let word = String(repeating: character, count: count)
            #expect(CommandLineText.title(.shell(word)).utf8.count <= 200)
            #expect(CommandLineText.title(.arguments([word, word])).utf8.count <= 200)
        }
        #expect(CommandLineText.title(.shell(String(repeating: "a", count: 200))).hasSuffix("a"))
        #expect(CommandLineText.title(.shell(String(repeating: "a", count: 201))).hasSuffix("…"))
    }
}
