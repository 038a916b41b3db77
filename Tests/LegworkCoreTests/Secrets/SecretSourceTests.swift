import LegworkCore
import Testing

@Suite("Secrets in texts of a configuration")
struct SecretSourceTests {
    private static let source = SecretSource { reference throws(SecretError) in
        switch reference {
        case .environment("TOKEN"): "t0k3n"
        case .environment("TRAP"): "${env:TOKEN}"
        case .file("/run/secrets/id"): "id"
        case .environment, .file: throw SecretError("there is no secret in \(reference.place)")
        }
    }

    @Test(
        "stand in for their places, and are not looked at again",
        arguments: [
            ("", ""), ("plain $ {x} $}", "plain $ {x} $}"), ("${env:TOKEN}", "t0k3n"),
            ("https://h/${file:/run/secrets/id}/${env:TOKEN}?a", "https://h/id/t0k3n?a"), ("${env:TRAP}", "${env:TOKEN}"),
        ]
    )
    func resolves(text: String, expected: String) throws {
        #expect(try Self.source.resolve(text) == expected)
    }

    @Test(
        "are missed by the name of the place, and never repeated",
        arguments: ["pass${word", "p${ENV:TOKEN}word", "${env:}word", "${file:relative}word", "word${env:OTHER}", "word${file:/other}"]
    )
    func refuses(text: String) {
        let error = #expect(throws: SecretError.self) { try Self.source.resolve(text) }
        #expect(error?.message.contains("word") == false)
        #expect(error?.message.isEmpty == false)
    }

    @Test("are read where they are, and printed nowhere")
    func reads() {
        #expect(throws: SecretError.self) { try SecretSource.standard.resolve("${env:LEGWORK_NO_SUCH_VARIABLE}") }
        #expect(throws: SecretError.self) { try SecretReference.file("/nowhere/at/all").resolve() }
        #expect((try? SecretReference.environment("PATH").resolve())?.isEmpty == false)
        struct Holder { var secret = Secret("hush-hush") }
        for text in ["\(Secret("hush-hush"))", String(reflecting: Secret("hush-hush")), "\(Holder())", String(reflecting: Holder())] {
            #expect(!text.contains("hush"))
        }
    }
}
