import LegworkChannels
import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import LegworkRedis
import Testing

@Suite("What a configuration says of channels that are not over HTTP")
struct LocalSettingsTests {
    private let secrets = SecretSource { _ in "secret-of-the-test" }

    @Test("is read in full, with its secrets put in")
    func full() throws {
        let mail = try MailChannelConfiguration(
            json: [
                "server": "smtps://mail.example.org:4650", "user": "ann", "password": "${env:PASSWORD}", "from": "Legwork <l@example.org>",
                "to": ["a@example.org", "b@example.org"], "ca_file": "/ca.pem", "hello": "host.example.org", "subject": "[jobs]",
            ],
            secrets: secrets,
            allowsPrivateAddresses: true
        )
        #expect(mail.server.host == "mail.example.org" && mail.server.port == 4650 && mail.server.security == .tls)
        #expect(mail.server.login == MailLogin(user: "ann", password: "secret-of-the-test"))
        #expect(mail.to.count == 2 && mail.subjectPrefix == "[jobs] " && !mail.server.avoidsPrivateAddresses)
        #expect(!"\(mail)".contains("secret-of-the-test"))

        let file = try FileChannelConfiguration(json: ["path": "/x", "format": "jsonl", "max_bytes": 5000, "keep": 3], secrets: secrets)
        #expect(file == FileChannelConfiguration(path: "/x", format: .lines, maximumBytes: 5000, kept: 3))

        let command = try CommandChannelConfiguration(json: ["argv": ["a", "b"], "env": ["T": "${env:T}"]], secrets: secrets)
        #expect(command == CommandChannelConfiguration(["a", "b"], environment: ["T": "secret-of-the-test"]))

        let redis = try RedisStreamConfiguration(
            json: ["url": "unix:/r.sock?db=2", "platform": "matrix", "channel": "!r:x", "stream_prefix": "out:", "max_entries": 5],
            secrets: secrets
        )
        var place = RedisConfiguration(.unix(path: "/r.sock"))
        place.database = 2
        #expect(redis == RedisStreamConfiguration(place, platform: "matrix", channel: "!r:x", prefix: "out:", maximumEntries: 5))
    }

    @Test("has short forms and usual values")
    func short() throws {
        #expect(
            try FileChannelConfiguration(json: "/x.jsonl", secrets: secrets) == FileChannelConfiguration(path: "/x.jsonl", format: .lines)
        )
        #expect(try CommandChannelConfiguration(json: "/bin/true", secrets: secrets).argv == ["/bin/true"])
        let mail: JSONValue = ["server": "smtp://[2001:db8::1]", "from": "a@x", "to": "b@x"]
        let server = try MailChannelConfiguration(json: mail, secrets: secrets).server
        #expect(server.host == "2001:db8::1" && server.port == 587 && server.security == .startTLS && server.avoidsPrivateAddresses)
        #expect(try RedisStreamConfiguration(json: ["platform": "x"], secrets: secrets).prefix == "sg:stream:outbound:")
    }

    @Test(
        "that cannot be meant is refused, naming the member and no secret",
        arguments: [
            ("email", ["server": "mail.example.org", "from": "a@x", "to": "b@x"], "email.server"),
            ("email", ["server": "smtp://ann:${env:P}@mail.example.org", "from": "a@x", "to": "b@x"], "email.server"),
            ("email", ["server": "smtp://x", "from": "a@x", "to": "b@x", "user": "ann"], "password"),
            ("email", ["server": "smtp://x", "from": "a@x", "to": "b@x", "tls": "off", "user": "ann", "password": "${env:P}"], "TLS"),
            ("email", ["server": "smtps://x", "from": "a@x", "to": "b@x", "tls": "off"], "email.tls"),
            ("email", ["server": "smtp://x", "from": "nobody", "to": "b@x"], "email.from"),
            ("email", ["server": "smtp://x", "from": "a@x", "to": ["b@x", "c"]], "email.to"),
            ("email", ["server": "smtp://x:99999", "from": "a@x", "to": "b@x"], "port"),
            ("email", ["server": "smtp://x", "from": "a@x", "to": "b@x", "form": 1], "'form'"),
            ("file", "relative", "file.path"), ("file", ["path": "/x", "keep": 0], "file.keep"),
            ("file", ["path": "/x", "mode": 1], "'mode'"),
            ("command", ["argv": []], "command.argv"), ("command", "/nowhere/program", "command.argv"),
            ("command", ["argv": "/bin/true", "env": ["LEGWORK_TASK": "x"]], "command.env"), ("desktop", ["x": 1], "'x'"),
            ("xmpp", ["jid": "x", "password": "${env:P}", "to": "b@x"], "xmpp.jid"), ("xmpp", ["jid": "a@x", "to": "b@x"], "password"),
            ("xmpp", ["jid": "a@x", "password": "${env:P}", "to": "b@x", "room": "c@x"], "room"),
            ("xmpp", ["jid": "a@127.x", "password": "${env:P}", "to": "b@x", "tls": "off"], "xmpp.tls"),
            ("redis", ["url": "redis://x"], "platform"), ("redis", ["platform": "x", "url": "http://${env:P}"], "redis.url"),
            ("redis", ["platform": "x", "url": "rediss://:${env:P}@x"], "redis.url"),
        ] as [(String, JSONValue, String)]
    )
    func refused(_ kind: String, _ json: JSONValue, _ words: String) throws {
        let loop = try EventLoop(name: "test")
        do throws(ChannelConfigurationError) {
            _ = try ChannelFactory(loop: loop, secrets: secrets).channel(kind, json)
            Issue.record("it was taken")
        } catch {
            #expect(error.message.contains(words), "\(error)")
            #expect(!error.message.contains("secret-of-the-test"))
        }
    }

    @Test("makes a channel of each kind")
    func kinds() throws {
        let loop = try EventLoop(name: "test")
        let factory = try ChannelFactory(loop: loop, secrets: secrets)
        let settings: [(String, JSONValue)] = [
            ("email", ["server": "smtp://x", "from": "a@x", "to": "b@x"]), ("file", "/x"), ("command", "/bin/sh"), ("desktop", true),
            ("redis", ["platform": "x"]), ("xmpp", ["jid": "a@x", "password": "${env:P}", "room": "r@x", "nickname": "me"]),
        ]
        for (kind, json) in settings { _ = try factory.channel(kind, json) }
    }
}
