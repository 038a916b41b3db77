import Glibc
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkTestKit
import Synchronization
import TestPrograms
import Testing

@testable import LegworkXMPP

@Suite("Messages over XMPP", .serialized, .needsProsody, .timeLimit(.minutes(2)))
struct XMPPChannelTests {
    private func channel(
        _ server: ProsodyServer,
        to: String = "ann@localhost",
        nickname: String? = nil,
        _ change: (inout XMPPAccount) -> Void = { _ in }
    ) throws -> XMPPChannel {
        var account = XMPPAccount(
            try #require(JID("legwork@localhost")),
            password: Secret(ProsodyServer.password),
            host: "127.0.0.1",
            port: UInt16(server.port),
            trustedCertificates: server.certificate
        )
        change(&account)
        return XMPPChannel(XMPPChannelConfiguration(account, to: try #require(JID(to)), nickname: nickname))
    }

    @Test("reach a person, with an id that is the same when they come again, and nothing in them is XML")
    func person() async throws {
        let server = try await ProsodyServer()
        let piece = PieceSample.piece(PieceSample.content("</body><x>'\"&\u{0}\u{1B} 漢字\nsecond line"))
        for _ in 0..<2 { _ = try await channel(server).send(piece) }
        // Ann is not there, so the server keeps what is for her.
        let kept = try #require(server.folder.read("data/localhost/offline/ann.list"))
        #expect(kept.ranges(of: "[\"id\"] = \"\(piece.key)\"").count >= 2)
        #expect(kept.contains("</body><x>"), "\(kept)")
        // Prosody's files may have the bytes in figures.
        #expect(kept.contains("漢字") || kept.contains("\\230\\188\\162\\229\\173\\151"), "\(kept)")
    }

    @Test("reach a room, and a room that does not let us in is said to be gone")
    func room() async throws {
        let server = try await ProsodyServer()
        _ = try await channel(server, to: "jobs@rooms.localhost", nickname: "legwork").send(PieceSample.piece())
        let error = try #require(await failure(try channel(server, to: "jobs@nowhere.localhost", nickname: "legwork")))
        #expect([ChannelError.Code.gone, .rejected, .unavailable].contains(error.code), "\(error)")
    }

    @Test("to whom there is not are refused")
    func nobody() async throws {
        let server = try await ProsodyServer()
        #expect(await failure(try channel(server, to: "nobody@localhost"))?.code == .gone)
        #expect(await failure(try channel(server), PieceSample.piece(target: "nobody@localhost"))?.code == .rejected)
        #expect(await failure(try channel(server), PieceSample.piece(target: "no address"))?.code == .rejected)
    }

    @Test("with a wrong password, or to a server that cannot be trusted, are a fault of the configuration")
    func misconfigured() async throws {
        let server = try await ProsodyServer()
        let login = try #require(await failure(try channel(server) { $0.password = Secret("another-password") }))
        #expect(login.code == .misconfigured, "\(login)")
        #expect(!login.message.contains("another-password"))
        let trust = try #require(await failure(try channel(server) { $0.trustedCertificates = nil }))
        #expect(trust.code == .misconfigured, "\(trust)")
    }

    @Test("go over one connection, one after the other, and over another when it has ended")
    func kept() async throws {
        let server = try await ProsodyServer()
        let person = try channel(server)
        for _ in 0..<3 { _ = try await person.send(PieceSample.piece()) }
        let kept = try #require(server.folder.read("data/localhost/offline/ann.list"))
        let senders = kept.matches(of: /legwork@localhost\/[^"]+/).map { String($0.output) }
        #expect(senders.count == 3 && Set(senders).count == 1, "\(senders)")
        let room = try channel(server, to: "jobs@rooms.localhost", nickname: "legwork")
        for _ in 0..<3 { _ = try await room.send(PieceSample.piece()) }
        // What is refused ends the connection, and nothing else suffers from it.
        #expect(await failure(person, PieceSample.piece(target: "nobody@localhost"))?.code == .rejected)
        _ = try await person.send(PieceSample.piece())
        server.kill()
        #expect(await failure(person)?.code == .unavailable)
        #expect(await failure(room)?.code == .unavailable)
    }

    @Test("are sent side by side, each once")
    func together() async throws {
        let server = try await ProsodyServer()
        let person = try channel(server)
        let pieces = (0..<6).map { _ in PieceSample.piece() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for piece in pieces { group.addTask { _ = try await person.send(piece) } }
            try await group.waitForAll()
        }
        let kept = try #require(server.folder.read("data/localhost/offline/ann.list"))
        for piece in pieces { #expect(kept.ranges(of: "[\"id\"] = \"\(piece.key)\"").count >= 1) }
        #expect(Set(kept.matches(of: /legwork@localhost\/[^"]+/).map { String($0.output) }).count == 1)
    }

    @Test("are not sent to a private address where that is not allowed")
    func guarded() async throws {
        let server = try await ProsodyServer()
        let error = try #require(await failure(try channel(server) { $0.avoidsPrivateAddresses = true }))
        #expect(error.code == .misconfigured && error.message.contains("allow_private"), "\(error)")
        #expect(await failure(try channel(server)) == nil)
    }

    @Test("say nothing to a private address, not even good-bye")
    func silent() async throws {
        let heard = Lock<[UInt8]>([])
        let ended = TestSignal()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        try #require(listener >= 0 && listen(listener, 4) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        try #require(code == 0)
        let started = BlockingThread.start {
            let peer = accept(listener, nil, nil)
            var bytes = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(peer, &bytes, bytes.count)
                if count <= 0 { break }
                heard.withLock { $0 += bytes.prefix(count) }
            }
            close(peer)
            ended.fire()
        }
        try #require(started == nil)
        var account = XMPPAccount(try #require(JID("legwork@localhost")), password: Secret("secret"), host: "127.0.0.1")
        account.port = UInt16(bigEndian: address.sin_port)
        account.avoidsPrivateAddresses = true
        let channel = XMPPChannel(XMPPChannelConfiguration(account, to: try #require(JID("ann@localhost"))))
        #expect(await failure(channel)?.code == .misconfigured)
        await ended.wait()
        #expect(heard.withLock { $0 } == [])
    }

    @Test("wait where there are more files open than libstrophe can count")
    func manyFiles() async throws {
        let server = try await ProsodyServer()
        DescriptorLimit.raise()
        // Descriptors are given lowest first.
        var files: [Int32] = []
        defer { for file in files { close(file) } }
        while (files.last ?? 0) < 1100 {
            let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
            try #require(file >= 0)
            files.append(file)
        }
        // It works where another test has given a low number back meanwhile.
        if let error = await failure(try channel(server)) {
            #expect(error.code == .unavailable && error.message.contains("too many files"), "\(error)")
        }
        #expect(XMPPSocket(number: 1024).isTooLarge && !XMPPSocket(number: 1023).isTooLarge)
    }

    @Test("wait for a server that is not there, and end when they are cancelled")
    func unavailable() async throws {
        let server = try await ProsodyServer()
        let channel = try channel(server)
        let sending = Task { try await channel.send(PieceSample.piece()) }
        sending.cancel()
        if case .failure(let error as ChannelError) = await sending.result { #expect(error.code == .unavailable) }
        server.kill()
        #expect(await failure(channel)?.code == .unavailable)
    }
}
