import LegworkEventLoop
import LegworkHTTP
import Testing

@Suite("Mutated requests", .timeLimit(.minutes(5)))
struct RequestFuzz {
    /// A small generator that gives the same numbers on every run.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static func mutated(_ random: inout Random) -> [UInt8] {
        let all = GuardCase.accepted + GuardCase.refused
        var bytes = all[Int.random(in: 0..<all.count, using: &random)].bytes
        if Bool.random(using: &random) { bytes += all[Int.random(in: 0..<all.count, using: &random)].bytes }
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes.insert(contentsOf: [13, 10], at: place)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
            default: bytes = Array(bytes[..<place])
            }
        }
        return bytes
    }

    @Test("leave the server alive, and every answer is one of HTTP", arguments: 0..<4)
    func survives(seed: Int) async throws {
        try await TestServer.run { request, writer in
            if request.path.utf8.count % 3 == 0 { await Task.yield() }
            await writer.send(status: 200, body: request.body)
        } body: { test in
            var random = Random(state: UInt64(seed) &* 7919 &+ 1)
            for _ in 0..<750 {
                let raw = try test.raw()
                let bytes = Self.mutated(&random)
                let cut = Int.random(in: 0...bytes.count, using: &random)
                raw.send(Array(bytes[..<cut]))
                if Bool.random(using: &random) { await test.loop.settle {} }
                raw.send(Array(bytes[cut...]))
                if Int.random(in: 0..<4, using: &random) > 0 {
                    raw.finishSending()
                    let answer = await raw.readToEnd()
                    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 "))
                }
                raw.close()
            }
            #expect(try await test.get("/alive").status == 200)
        }
    }
}
