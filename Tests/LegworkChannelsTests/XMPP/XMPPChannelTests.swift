import Glibc
import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkXMPP
import TestPrograms
import Testing

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

    @Test("are not sent to a private address where that is not allowed")
    func guarded() async throws {
        let server = try await ProsodyServer()
        let error = try #require(await failure(try channel(server) { $0.avoidsPrivateAddresses = true }))
        #expect(error.code == .misconfigured && error.message.contains("allow_private"), "\(error)")
        #expect(await failure(try channel(server)) == nil)
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
        let error = try #require(await failure(try channel(server)))
        #expect(error.code == .unavailable && error.message.contains("too many files"), "\(error)")
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
