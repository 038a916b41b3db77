import Foundation
import LegworkFuzz
import Testing

/// The kept inputs of the fuzz targets: seeds, and whatever once broke one.
@Suite("Inputs that the fuzzer keeps")
struct FuzzCorpus {
    @Test("break no promise", arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fuzz/Corpus/\(name)").standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let input = [UInt8](try Data(contentsOf: file))
            #expect(throws: Never.self, "\(file.lastPathComponent)") { try target.attempt(input) }
            // Every beginning of it is an input too: what is cut off must do no harm.
            for length in 0..<min(input.count, 256) {
                #expect(throws: Never.self, "\(file.lastPathComponent), \(length) bytes") { try target.attempt(Array(input[..<length])) }
            }
        }
    }
}
