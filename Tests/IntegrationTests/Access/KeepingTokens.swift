import LegworkCore
import LegworkHTTP
import LegworkTestKit
import Testing

@testable import LegworkDaemon

@Suite("Keeping tokens")
struct KeepingTokens {
    private func use(_ body: (StateFolder, MockClock) throws -> Void) throws {
        let path = try Files.makeTemporaryFolder()
        defer { Files.removeAll(path) }
        try body(StateFolder(path: path), MockClock())
    }

    @Test("a grant ends with its token: at the moment of its expiry, or of its revocation")
    func ends() throws {
        try use { folder, clock in
            let keeper = try TokenKeeper(folder: folder, clock: clock)
            let brief = try keeper.create(label: nil, owners: .one("ann"), rights: [.read], lifetime: .seconds(60))
            let lasting = try keeper.create(label: nil, owners: .one("ann"), rights: [.read], lifetime: nil)
            let briefGrant = try #require(keeper.grant(authorization: "Bearer \(brief.token)"))
            let lastingGrant = try #require(keeper.grant(authorization: "bearer \(lasting.token)"))
            clock.advance(by: .milliseconds(59_999))
            #expect(briefGrant.isValid)
            clock.advance(by: .milliseconds(1))
            #expect(!briefGrant.isValid && lastingGrant.isValid)
            #expect(keeper.grant(authorization: "Bearer \(brief.token)") == nil)
            #expect(try keeper.revoke(lasting.record.id))
            #expect(!lastingGrant.isValid)
            #expect(keeper.grant(authorization: "Bearer \(lasting.token)") == nil)
            #expect(try keeper.revoke(lasting.record.id) == false)
        }
    }

    @Test("the next keeper knows what the last one wrote, uses included, and nothing that was revoked")
    func again() throws {
        try use { folder, clock in
            let keeper = try TokenKeeper(folder: folder, clock: clock)
            let kept = try keeper.create(
                label: "a \"label\"",
                owners: .prefix("team/"),
                rights: [.read, .cancel],
                lifetime: .seconds(1000)
            )
            let gone = try keeper.create(label: nil, owners: .all, rights: [.admin], lifetime: nil)
            #expect(try keeper.revoke(gone.record.id))
            clock.advance(by: .seconds(5))
            #expect(keeper.grant(authorization: "Bearer \(kept.token)") != nil)
            keeper.close()
            let next = try TokenKeeper(folder: folder, clock: clock)
            var expected = kept.record
            expected.lastUsedAt = clock.now
            #expect(next.all == [expected])
            let grant = try #require(next.grant(authorization: "Bearer \(kept.token)"))
            #expect(grant.owners == .prefix("team/") && grant.rights == [.read, .cancel])
            #expect(next.grant(authorization: "Bearer \(gone.token)") == nil)
        }
    }

    @Test("what is not exactly the token is none, whatever part of it is wrong")
    func wrong() throws {
        try use { folder, clock in
            let keeper = try TokenKeeper(folder: folder, clock: clock)
            let token = try keeper.create(label: nil, owners: .all, rights: [.read], lifetime: nil).token
            let other = try keeper.create(label: nil, owners: .all, rights: [.read], lifetime: nil).token
            let parts = token.split(separator: "_")
            let otherParts = other.split(separator: "_")
            let guesses = [
                "", "Bearer", "Bearer ", "Basic \(token)", token, "Bearer  \(token)", "Bearer \(token) ", "Bearer \(parts[2])",
                "Bearer lw_\(otherParts[1])_\(parts[2])", "Bearer lw_\(parts[1])_", "Bearer lw_\(parts[1])_\(parts[2])_",
                "Bearer \(token.dropLast())", "Bearer \(token)0", "Bearer " + String(repeating: "a", count: 100_000),
            ]
            for guess in guesses { #expect(keeper.grant(authorization: guess) == nil, "\(guess.prefix(100))") }
        }
    }

    @Test("there is a most of tokens, and no second use of an id")
    func bound() {
        var book = TokenBook()
        func record(_ number: Int) -> TokenRecord {
            TokenRecord(
                id: "\(number)",
                label: nil,
                owners: .all,
                rights: [.read],
                createdAt: Timestamp(milliseconds: Int64(number)),
                expiresAt: nil,
                digest: [UInt8](repeating: 0, count: 32)
            )
        }
        for number in 0..<TokenBook.maximumCount {
            let isAdded = book.add(record(number))
            #expect(isAdded)
        }
        let isAdded = book.add(record(-1))
        #expect(!isAdded)
        let isSame = TokenBook(book.json) == book
        #expect(isSame)
    }

    @Test("a book with a word that is not known is no book: a token never grows by being misread")
    func misread() throws {
        var book = TokenBook()
        let record = TokenRecord(
            id: "a",
            label: nil,
            owners: .one("ann"),
            rights: [.read],
            createdAt: Timestamp(milliseconds: 0),
            expiresAt: Timestamp(milliseconds: 1000),
            digest: [UInt8](repeating: 7, count: 32)
        )
        let isAdded = book.add(record)
        #expect(isAdded)
        let text = book.json.json()
        #expect(try TokenBook(JSONValue(parsing: text)) == book)
        for (old, new) in [
            ("read", "write"), ("ann", ""), ("1970-01-01T00:00:01.000Z", "tomorrow"), ("0707", "07"), ("\"version\":1", "\"version\":2"),
        ] {
            let changed = try JSONValue(parsing: text.replacing(old, with: new, maxReplacements: 1))
            #expect(TokenBook(changed) == nil, "\(old)")
        }
    }

    @Test("scopes include what they name and nothing else")
    func scopes() {
        #expect(OwnerScope("ann") == .one("ann") && OwnerScope("team/*") == .prefix("team/") && OwnerScope("*") == .all)
        #expect(OwnerScope("") == nil && OwnerScope("a\nb") == nil && OwnerScope(String(repeating: "a", count: 257)) == nil)
        #expect(OwnerScope.prefix("team/").includes("team/" as Owner) && !OwnerScope.prefix("team/").includes("team" as Owner))
        // Two ways to write the same letter are two owners.
        #expect(!OwnerScope.one("\u{E9}").includes("e\u{301}" as Owner))
        #expect(OwnerScope.all.includes(.prefix("a")) && OwnerScope.prefix("a").includes(.prefix("ab")))
        #expect(
            !OwnerScope.prefix("ab").includes(.prefix("a")) && !OwnerScope.one("a").includes(.prefix("a"))
                && !OwnerScope.prefix("a").includes(.all)
        )
    }
}
