import FoundationEssentials
import Testing

/// A misspelt feature in the manifest is ignored in silence, so its names are compared with what the compiler knows.
@Suite("The manifest")
struct ManifestTests {
    @Test("names only features that this compiler has")
    func features() throws {
        let manifest = try #require(
            try? String(
                contentsOfFile: #filePath.replacing("Tests/LegworkCoreTests/ManifestTests.swift", with: "Package.swift"),
                encoding: .utf8
            )
        )
        let list = try #require(manifest.split(separator: "let upcomingFeatures = [").last?.split(separator: "]").first)
        let names = list.split(separator: "\"").map(String.init).filter { $0.first?.isLetter == true }
        #expect(names.count == 6)
        for name in names { #expect(Self.isEnabled(name), "the compiler does not know or was not given '\(name)'") }
    }

    /// What the compiler says of this very file: a name it does not know gives false.
    private static func isEnabled(_ name: String) -> Bool {
        var enabled: Set<String> = []
        #if hasFeature(ExistentialAny)
            enabled.insert("ExistentialAny")
        #endif
        #if hasFeature(InternalImportsByDefault)
            enabled.insert("InternalImportsByDefault")
        #endif
        #if hasFeature(MemberImportVisibility)
            enabled.insert("MemberImportVisibility")
        #endif
        #if hasFeature(InferIsolatedConformances)
            enabled.insert("InferIsolatedConformances")
        #endif
        #if hasFeature(NonisolatedNonsendingByDefault)
            enabled.insert("NonisolatedNonsendingByDefault")
        #endif
        #if hasFeature(ImmutableWeakCaptures)
            enabled.insert("ImmutableWeakCaptures")
        #endif
        return enabled.contains(name)
    }
}
