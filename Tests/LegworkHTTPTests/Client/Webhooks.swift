import LegworkCore
import LegworkEventLoop
import Synchronization
import Testing

@testable import LegworkHTTP

@Suite("Webhooks that wake", .timeLimit(.minutes(5)))
struct Webhooks {
    @Test("post the notices, and work when the answer is 2xx", arguments: [204, 500])
    func post(status: Int) async throws {
        let body = Lock<JSONValue?>(nil)
        try await TestServer.run { request, writer in
            let value = try JSONValue(parsing: request.body)
            body.withLock { $0 = value }
            await writer.send(status: status)
        } body: { test in
            let hook = try WebhookWakeUpHook(
                url: "http://127.0.0.1:\(test.port)/wake",
                client: test.client,
                token: "secret",
                allowsPrivateAddresses: true
            )
            do {
                try await hook.wake("alice", session: "monday", notices: [])
                #expect(status == 204)
            } catch let error as HTTPError {
                #expect(status == 500 && error.message.contains("500"))
            }
            #expect(body.withLock { $0 } == ["owner": "alice", "session": "monday", "notices": []])
        }
    }

    @Test("go to no private address, whatever the host's name says", arguments: ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "0x7f.1"])
    func guarded(host: String) async throws {
        try await TestServer.run { _, writer in
            Issue.record("the request arrived")
            await writer.send(status: 204)
        } body: { test in
            let hook = try WebhookWakeUpHook(url: "http://\(host):\(test.port)/", client: test.client)
            let error = await #expect(throws: HTTPError.self) { try await hook.wake("alice", session: nil, notices: []) }
            #expect(error?.code == .addressNotAllowed || (host == "[::1]" && error?.code == .connectionRefused))
        }
    }

    @Test("know what is public")
    func addresses() {
        let cases: [((UInt8, UInt8, UInt8, UInt8), Bool)] = [
            ((8, 8, 8, 8), true), ((1, 1, 1, 1), true), ((172, 15, 0, 1), true), ((172, 32, 0, 1), true), ((100, 63, 0, 1), true),
            ((100, 128, 0, 1), true), ((10, 1, 2, 3), false), ((127, 0, 0, 1), false), ((169, 254, 169, 254), false),
            ((172, 16, 0, 1), false), ((172, 31, 255, 255), false), ((192, 168, 1, 1), false), ((100, 64, 0, 1), false),
            ((0, 0, 0, 0), false), ((198, 19, 0, 1), false), ((224, 0, 0, 1), false), ((255, 255, 255, 255), false),
        ]
        for (address, isPublic) in cases {
            #expect(PublicAddress.isPublic(address) == isPublic, "\(address)")
            // The same within IPv6: mapped, and translated.
            let tail = [address.0, address.1, address.2, address.3]
            #expect(PublicAddress.isPublic([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + tail) == isPublic)
            #expect(PublicAddress.isPublic([0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8) + tail) == isPublic)
        }
        func six(_ head: [UInt8]) -> Bool { PublicAddress.isPublic(head + [UInt8](repeating: 1, count: 16 - head.count)) }
        for head: [UInt8] in [[0x26, 0x06, 0x47, 0], [0x20, 0x01, 0x48, 0x60], [0x2A]] { #expect(six(head)) }
        for head: [UInt8] in [
            [0xFE, 0x80], [0xFC], [0xFD], [0xFF, 2], [0x20, 2], [0x20, 1, 0, 0], [0x20, 1, 0xD, 0xB8], [0, 0, 0, 0],
        ] {
            #expect(!six(head))
        }
        #expect(!PublicAddress.isPublic([UInt8](repeating: 0, count: 15) + [1]))
    }
}
