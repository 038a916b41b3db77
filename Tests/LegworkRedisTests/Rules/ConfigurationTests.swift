import LegworkCore
import LegworkRedis
import Testing

@Suite("The configuration of Redis")
struct ConfigurationTests {
    @Test(
        "is read from a URL",
        arguments: [
            ("redis://localhost", RedisConfiguration(.tcp(host: "localhost", port: 6379))),
            ("redis://10.0.0.1:6380/2", RedisConfiguration(.tcp(host: "10.0.0.1", port: 6380), database: 2)),
            ("REDIS://:s%40crets%3A@h/", RedisConfiguration(.tcp(host: "h", port: 6379), password: "s@crets:")),
            ("redis://ann:a:b@[::1]:7", RedisConfiguration(.tcp(host: "::1", port: 7), user: "ann", password: "a:b")),
            ("unix:/run/redis.sock?db=3", RedisConfiguration(.unix(path: "/run/redis.sock"), database: 3)),
            ("unix:///run/a%20b", RedisConfiguration(.unix(path: "/run/a b"))),
        ]
    )
    func url(_ url: String, _ expected: RedisConfiguration) throws { #expect(try RedisConfiguration(url: url) == expected) }

    @Test(
        "refuses other URLs, and never repeats them",
        arguments: [
            "", "hunter2", "redis:hunter2", "redis://hunter2@h", "redis://:hunter2@h:port", "redis://:hunter2@h/first", "redis://:hunter2@",
            "redis://:hunter2%zz@h", "http://:hunter2@h", "redis://:hunter2@h:0", "redis://:hunter2@h:70000", "redis://:hunter2@h/-1",
            "unix:", "unix:/hunter2?database=1", "unix:/" + String(repeating: "x", count: 107), "redis://:hunter2%ff@h",
        ]
    )
    func badURLs(_ url: String) {
        let error = #expect(throws: RedisError.self) { _ = try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test("says plainly that there is no TLS, and what to do")
    func tls() {
        let error = #expect(throws: RedisError.self) { _ = try RedisConfiguration(url: "rediss://:hunter2@h") }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("TLS") == true)
        #expect(error?.message.contains("tunnel") == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test("never shows the password")
    func secret() {
        let configuration = RedisConfiguration(user: "ann", password: "hunter2")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\(RedisPassword("hunter2"))"] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test("is checked before anything is started")
    func checks() {
        let changes: [@Sendable (inout RedisConfiguration) -> Void] = [
            { $0.address = .tcp(host: "", port: 1) }, { $0.address = .tcp(host: "h", port: 0) }, { $0.address = .unix(path: "") },
            { $0.database = -1 }, { $0.user = "ann" }, { $0.resultPrefix = $0.taskPrefix }, { $0.expiry = .zero },
            { $0.connectTimeout = .zero }, { $0.commandTimeout = .zero - .seconds(1) }, { $0.inlineLimit = 0 }, { $0.readLimit = 0 },
            { $0.queueLimit = 0 }, { $0.queueBytes = 4096 },
        ]
        for change in changes {
            var configuration = RedisConfiguration()
            change(&configuration)
            do throws(RedisError) {
                _ = try RedisResultStore(configuration)
                Issue.record("\(configuration) was accepted")
            } catch {
                #expect(error.code == .invalidConfiguration)
            }
        }
    }
}
