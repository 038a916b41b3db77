import LegworkCore
import Testing

@Suite("The policies of queues as text")
struct QueuePolicyTests {
    @Test("are read queue by queue")
    func reads() throws {
        let (named, others) = try QueuePolicy.read("build:concurrency=2,key=1;a:b:tool=3;*:owner=4,rate=10/60s")
        #expect(named == ["build": QueuePolicy(concurrency: 2, perKey: 1), "a:b": QueuePolicy(perTool: 3)])
        #expect(others == QueuePolicy(perOwner: 4, rate: RateLimit(10, per: .seconds(60))))
        #expect(try QueuePolicy.read("").named.isEmpty)
    }

    @Test(
        "are refused when they are none",
        arguments: [
            "build", ":key=1", "build:key", "build:key=0", "build:key=x", "build:speed=1", "build:rate=10", "build:rate=10/60", "a:=1",
        ]
    )
    func refuses(text: String) {
        #expect(throws: QueuePolicy.Fault.self) { try QueuePolicy.read(text) }
    }
}
