/// Ways to cut the same bytes: what reads a stream must find the same in all of them.
enum Pieces {
    /// Whole; byte by byte; and in pieces whose lengths follow from the bytes, so that an input means the same whenever it is tried.
    static func all(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        let single = bytes.indices.map { bytes[$0...$0] }
        return [[bytes[...]], single, random(bytes, longest: 8), random(bytes, longest: 300)]
    }

    private static func random(_ bytes: [UInt8], longest: Int) -> [ArraySlice<UInt8>] {
        // FNV-1a: any small hash that the standard library does not change from process to process.
        var state = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } &+ UInt64(longest)
        var pieces: [ArraySlice<UInt8>] = []
        var position = 0
        while position < bytes.count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let end = min(bytes.count, position + 1 + Int(state >> 33) % longest)
            pieces.append(bytes[position..<end])
            position = end
        }
        return pieces
    }
}
