import LegworkCore
import LegworkRedis
import LegworkTestKit
import Testing

@Suite("A result in Redis", .needsRedis)
struct WritingTests {
    @Test("is where the first system's programs look for it, for 24 hours from its end")
    func keys() async throws {
        let stage = try await RedisStage()
        let record = try Sample.completed(text: "found")
        let id = record.id.description
        #expect(try await stage.results.write(record) == .written)
        #expect(
            try await stage.text("task_result:\(id)") == #"{"task_id":"\#(id)","status":"completed","user_id":"ann","result":"found"}"#
        )
        #expect(
            try await stage.hash("sg:task:\(id)") == [
                "task_id": id, "tool_name": "search", "status": "completed", "created_at": "1800000000.0", "finished_at": "1800000000.0",
                "user_id": "ann", "channel_id": "", "platform": "", "result": "found", "version": "2",
            ]
        )
        for key in ["task_result:\(id)", "sg:task:\(id)"] { #expect(try await (80_000_000...86_400_000).contains(stage.lifetime(key))) }

        // What ended an hour ago stays an hour less, and what ended a day ago is not written at all.
        stage.clock.advance(by: .seconds(3600))
        #expect(try await stage.results.write(record) == .written)
        #expect(try await stage.lifetime("task_result:\(id)") <= 82_800_000)
        stage.clock.advance(by: .seconds(82_800))
        #expect(try await stage.results.write(record) == .expired)
        await stage.close()
    }

    @Test("is not there while the task runs; the hash is")
    func running() async throws {
        let stage = try await RedisStage()
        let record = Sample.running()
        #expect(try await stage.results.write(record) == .written)
        #expect(try await stage.text("task_result:\(record.id)") == nil)
        #expect(try await stage.hash("sg:task:\(record.id)")["status"] == "running")
        #expect(try await stage.results.read("\(record.id)", as: .owner("ann"))?.status == .running)
        // It stays for the whole time from each write, for nobody knows when it ends.
        stage.clock.advance(by: .seconds(100_000))
        #expect(try await stage.results.write(record) == .written)
        #expect(try await stage.lifetime("sg:task:\(record.id)") > 80_000_000)
        await stage.close()
    }

    @Test("may be written twice, and is never replaced by an older version")
    func versions() async throws {
        let stage = try await RedisStage()
        let running = Sample.running()
        let ended = try running.ended(.completed, result: .text("found"), at: Sample.start)
        let id = ended.id
        try await stage.results.write(ended)
        let before = try await (stage.text("task_result:\(id)"), stage.hash("sg:task:\(id)"))
        #expect(try await stage.results.write(ended) == .written)
        #expect(try await stage.results.write(running) == .newerExists)
        #expect(try await stage.text("task_result:\(id)") == before.0)
        #expect(try await stage.hash("sg:task:\(id)") == before.1)
        #expect(try await stage.results.read("\(id)", as: .operator)?.text == "found")
        await stage.close()
    }

    @Test("is written under other prefixes, expiries and databases where these are configured")
    func configured() async throws {
        let stage = try await RedisStage {
            $0.database = 3
            ($0.resultPrefix, $0.taskPrefix, $0.expiry) = ("r:", "t:", .seconds(60))
        }
        let record = try Sample.completed(text: "found")
        try await stage.results.write(record)
        #expect(try await stage.lifetime("r:\(record.id)") <= 60_000)
        #expect(try await stage.lifetime("t:\(record.id)") > 0)
        // Another database has none of it.
        let other = try RedisConnection(stage.server.configuration())
        #expect(try await other.send(RedisCommand("EXISTS", "r:\(record.id)"), isRepeatable: true) == .integer(0))
        await other.close()
        await stage.close()
    }

    @Test("that is huge is cut where it is kept, says so, and is not missing")
    func huge() async throws {
        let stage = try await RedisStage()
        // The worst that JSON can make of a text: six characters for each.
        let record = try Sample.completed(text: String(repeating: "\u{1}", count: 3 << 20))
        #expect(try await stage.results.write(record) == .written)
        let found = try #require(try await stage.results.read("\(record.id)", as: .owner("ann")))
        #expect(found.isTruncated)
        #expect(found.totalBytes == 3 << 20)
        #expect(found.text?.utf8.count == 512 << 10)
        let whole = try Sample.completed(text: String(repeating: "x", count: 512 << 10))
        try await stage.results.write(whole)
        #expect(try await stage.results.read("\(whole.id)", as: .owner("ann"))?.isTruncated == false)
        await stage.close()
    }

    @Test("overwrites nothing that is of another type", arguments: ["task_result:", "sg:task:"])
    func wrongType(_ prefix: String) async throws {
        let stage = try await RedisStage()
        let record = try Sample.completed(text: "found")
        try await stage.redis("RPUSH", "\(prefix)\(record.id)", "mine")
        do {
            try await stage.results.write(record)
            Issue.record("it was written")
        } catch {
            #expect(error.code == .wrongType)
            #expect(error.message.contains("\(prefix)\(record.id)"))
        }
        #expect(try await stage.redis("LLEN", "\(prefix)\(record.id)") == .integer(1))
        #expect(try await stage.count("") == 1)
        #expect(await code { _ = try await stage.results.read("\(record.id)", as: .operator) } == .wrongType)
        await stage.close()
    }
}
