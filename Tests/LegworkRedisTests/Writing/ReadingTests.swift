import LegworkCore
import LegworkRedis
import Testing

@Suite("Reading results", .needsRedis)
struct ReadingTests {
    @Test("finds those that the first system left")
    func leftBehind() async throws {
        let stage = try await RedisStage()
        try await stage.redis(
            "SET",
            "task_result:0f3a9c21b7de",
            #"{"task_id": "0f3a9c21b7de", "status": "completed", "user_id": "1234", "result": "caf\u00e9 \ud83d\ude00"}"#
        )
        try await stage.redis(
            "SET",
            "task_result:aaaaaaaaaaaa",
            #"{"task_id": "aaaaaaaaaaaa", "status": "failed", "user_id": "1234", "error": "ValueError: no"}"#
        )
        let completed = try #require(try await stage.results.read("0f3a9c21b7de", as: .owner("1234")))
        #expect(completed.status == .completed)
        #expect(completed.text == "café 😀")
        #expect(completed.owner == "1234")
        #expect(completed.tool == nil)
        let failed = try #require(try await stage.results.read("aaaaaaaaaaaa", as: .owner("1234")))
        #expect(failed.status == .failed)
        #expect(failed.error == "ValueError: no")
        await stage.close()
    }

    @Test("finds those of which there is only the hash")
    func hashes() async throws {
        let stage = try await RedisStage()
        try await stage.redis(
            "HSET",
            "sg:task:0f3a9c21b7de",
            "status",
            "completed",
            "user_id",
            "1234",
            "result",
            "found",
            "created_at",
            "1763640000.123",
            "tool_name",
            "search"
        )
        let result = try #require(try await stage.results.read("0f3a9c21b7de", as: .owner("1234")))
        #expect(result.text == "found")
        #expect(result.tool == "search")
        #expect(result.createdAt == Timestamp(milliseconds: 1_763_640_000_123))
        #expect(try await stage.results.read("0f3a9c21b7de", as: .owner("other")) == nil)
        await stage.close()
    }

    @Test("gives the same answer for a foreign result and a missing one; what nobody owns is the operator's")
    func owners() async throws {
        let stage = try await RedisStage()
        let record = try Sample.completed(owner: "ann", text: "secret")
        try await stage.results.write(record)
        try await stage.redis("SET", "task_result:b", #"{"task_id":"b","status":"completed","user_id":"","result":"x"}"#)
        try await stage.redis("SET", "task_result:c", #"{"task_id":"c","status":"completed","result":"x"}"#)
        try await stage.redis("SET", "task_result:d", #"{"task_id":"d","status":"completed","user_id":42,"result":"x"}"#)
        #expect(try await stage.results.read("\(record.id)", as: .owner("ann"))?.text == "secret")
        for id in ["\(record.id)", "b", "c", "d", "missing", "", String(repeating: "x", count: 10_000)] {
            #expect(try await stage.results.read(id, as: .owner("bob")) == nil)
        }
        for id in ["\(record.id)", "b", "c", "d"] { #expect(try await stage.results.read(id, as: .operator) != nil) }
        #expect(try await stage.results.read("d", as: .owner("42"))?.text == "x")
        // The hash says whose it is where the result does not, and never the other way round.
        try await stage.redis("HSET", "sg:task:c", "user_id", "ann", "status", "completed")
        try await stage.redis("HSET", "sg:task:d", "user_id", "ann", "status", "completed")
        #expect(try await stage.results.read("c", as: .owner("ann"))?.text == "x")
        #expect(try await stage.results.read("d", as: .owner("ann")) == nil)
        await stage.close()
    }

    @Test(
        "says what is wrong with what it cannot use",
        arguments: [
            "", "nonsense", "[1]", "\"completed\"", "{}", #"{"status":"lost"}"#, #"{"status":"completed","result":[1]}"#,
            #"{"status":"completed","user_id":{}}"#, #"{"task_id":"other","status":"completed"}"#, #"{"status":"completed""#,
            String(repeating: "[", count: 100_000), #"{"status":"completed","a":"# + String(repeating: "[", count: 40) + "]",
            #"{"status":"completed","result":"\ud83d"}"#, "{\"status\":\"completed\",\"result\":\"\u{0}\"}",
        ]
    )
    func malformed(_ text: String) async throws {
        let stage = try await RedisStage()
        try await stage.redis("SET", "task_result:x", text)
        do {
            _ = try await stage.results.read("x", as: .operator)
            Issue.record("it was read")
        } catch {
            #expect(error.code == .malformed)
            #expect(error.message.contains("'x'"))
        }
        // One that cannot be used does not disturb the others.
        let record = try Sample.completed(text: "found")
        try await stage.results.write(record)
        #expect(try await stage.results.read("\(record.id)", as: .owner("ann"))?.text == "found")
        await stage.close()
    }

    @Test("takes in no more than it may")
    func sizes() async throws {
        let stage = try await RedisStage { $0.readLimit = 1000 }
        let filler = String(repeating: "x", count: 1000)
        try await stage.redis("SET", "task_result:x", #"{"status":"completed","result":"\#(filler)"}"#)
        #expect(await code { _ = try await stage.results.read("x", as: .operator) } == .tooLarge)
        try await stage.redis("HSET", "sg:task:y", "status", "completed", "result", filler + "x")
        #expect(await code { _ = try await stage.results.read("y", as: .operator) } == .tooLarge)
        // A field that has no business to be large: the answer is given up, and the next one comes over a new connection.
        try await stage.redis("HSET", "sg:task:z", "status", "completed", "user_id", String(repeating: filler, count: 3000))
        #expect(await code { _ = try await stage.results.read("z", as: .operator) } == .tooLarge)
        #expect(try await stage.results.read("missing", as: .operator) == nil)
        await stage.close()
    }

    @Test("has one form, whoever wrote it, and the time of the end")
    func oneForm() async throws {
        let stage = try await RedisStage()
        let looksLikeAnError = #"{"error":"Task 'x' not found."}"#
        let record = try Sample.running().ended(.completed, result: .text(looksLikeAnError), at: Sample.start + .seconds(5))
        try await stage.results.write(record)
        let found = try #require(try await stage.results.read("\(record.id)", as: .owner("ann")))
        #expect(found.status == .completed)
        #expect(found.text == looksLikeAnError)
        #expect(found.createdAt == record.createdAt)
        #expect(found.finishedAt == record.finishedAt)
        await stage.close()
    }
}
