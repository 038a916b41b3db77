import Glibc
import LegworkCore
import LegworkHTTP
import Testing

@testable import LegworkDaemon

@Suite("The configuration of channels")
struct DescribingChannels {
    private static let kinds = ["command", "file", "slack", "telegram", "webhook"]

    private func read(_ text: String) throws(DaemonError) -> ChannelsFile { try ChannelsFile(text: Array(text.utf8), kinds: Self.kinds) }

    @Test("says of each channel its kind, who may use it and how, and of each rule what is told where")
    func whole() throws {
        let file = try read(
            #"""
            {"channels": {"ops": {"slack": "${env:SLACK_WEBHOOK}"},
                          "chat": {"telegram": {"token": "${file:/run/secrets/tg}", "chat": "-100123"}, "owners": ["team-*"],
                                   "platforms": ["discord"], "targets": "any", "max_chars": 9000, "answers": true, "allow_private": false,
                                   "template": "{icon} {tool}: {status} after {elapsed}", "interval_ms": 50, "timeout_seconds": 5},
                          "hook": {"webhook": {"url": "https://example.com"}, "inbound": true, "targets": ["a", "b"]}},
             "redirects": [{"queue": "nightly", "channel": "ops", "on": ["failed"]},
                           {"platform": "discord", "channel": "chat", "target": "origin", "default": true}],
             "link": "https://legwork.example"}
            """#
        )
        #expect(file.link == "https://legwork.example/")
        #expect(file.channels.map(\.name) == ["ops", "chat", "hook"])
        #expect(file.channels.map(\.kind) == ["slack", "telegram", "webhook"])
        #expect(file.channels[0].settings == "${env:SLACK_WEBHOOK}" && file.channels[0].targets == .own)
        let chat = file.channels[1]
        #expect(chat.access == ChannelAccess(owners: ["team-*"], platforms: ["discord"]) && chat.targets == .any && chat.takesAnswers)
        #expect(chat.maximumCharacters == 9000 && chat.template == "{icon} {tool}: {status} after {elapsed}")
        #expect(chat.interval == .milliseconds(50) && chat.timeLimit == .seconds(5))
        #expect(file.channels[2].isInbound && file.channels[2].targets == .listed(["a", "b"]))
        #expect(file.channels.map(\.holdsSecret) == [false, false, true])
        #expect(file.rules.count == 2 && file.rules[0].queue == "nightly" && file.rules[0].redirect.statuses == [.failed])
        #expect(file.rules[1].isDefault && file.rules[1].redirect.target == "origin" && file.rules.allSatisfy(\.redirect.isStanding))
    }

    @Test(
        "that is wrong is refused with the member that is, and with what to do",
        arguments: [
            ("[]", "must be an object"), ("{}", "needs 'channels'"), ("{\"channels\": {}", "it is no JSON"),
            (#"{"channels": {}, "redirect": []}"#, "unknown member 'redirect'; did you mean 'redirects'?"),
            (#"{"channels": {"a b": {"file": "x"}}}"#, "cannot be a channel's name"),
            (#"{"channels": {"a": {}}}"#, "channels.a needs its kind, one of command, file, slack"),
            (#"{"channels": {"a": {"slak": "x"}}}"#, "'slak' is no kind of channel; did you mean 'slack'?"),
            (#"{"channels": {"a": {"slack": "x", "file": "y"}}}"#, "several kinds, file and slack"),
            (#"{"channels": {"a": {"slack": "x", "owner": ["b"]}}}"#, "unknown member 'owner'; did you mean 'owners'?; known are"),
            (#"{"channels": {"a": {"slack": "x", "owners": "b"}}}"#, "channels.a.owners must be a list of texts"),
            (#"{"channels": {"a": {"slack": "x", "targets": "all"}}}"#, "channels.a.targets must be"),
            (#"{"channels": {"a": {"slack": "x", "max_chars": 0}}}"#, "channels.a.max_chars must be a whole number from 1"),
            (#"{"channels": {"a": {"slack": "x", "template": "{colour}"}}}"#, "channels.a.template: a template has no placeholder"),
            (#"{"channels": {"a": {"slack": "x", "answers": true}}}"#, "channels.a.answers needs 'link'"),
            (#"{"channels": {"a": {"slack": "x", "inbound": true}}}"#, "inbound is for channels of kind webhook"),
            (#"{"channels": {}, "link": "legwork.example"}"#, "'link' must be a URL"),
            (#"{"channels": {}, "link": "https://me:pw@legwork.example"}"#, "'link' must be a URL"),
            (#"{"channels": {}, "link": "https:///tasks"}"#, "'link' must be a URL"),
            (#"{"channels": {}, "link": "https://:80/"}"#, "'link' must be a URL"),
            (#"{"channels": {"..": {"file": "x"}}}"#, "cannot be a channel's name"),
            (#"{"channels": {"a": {"slack": "x"}, "a": {"slack": "y"}}}"#, "expected each member once"),
            (
                #"{"channels": {"a": {"slack": "x"}}, "redirects": [{"channel": "a", "default": true, "on": ["failed"]}]}"#,
                "redirects[0].on: a rule with \"default\": true tells nothing by itself"
            ),
            (#"{"channels": {}, "redirects": [{}]}"#, "redirects[0] needs 'channel'"),
            (#"{"channels": {"a": {"slack": "x"}}, "redirects": [{"channel": "b"}]}"#, "redirects[0].channel: there is no channel 'b'"),
            (#"{"channels": {"a": {"slack": "x"}}, "redirects": [{"channel": "a", "on": ["done"]}]}"#, "redirects[0].on must be"),
            (
                #"{"channels": {"a": {"slack": "x"}}, "redirects": [{"channel": "a", "target": "origin"}]}"#,
                "takes no place but its own"
            ),
        ]
    )
    func wrong(_ text: String, _ says: String) {
        let error = #expect(throws: DaemonError.self) { try read(text) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test(
        "that others may read is warned of only where secrets stand in it",
        arguments: [("https://example.com/x", true), ("${file:", false)]
    )
    func open(_ url: String, _ warns: Bool) async throws {
        try await Site.use { site in
            try Files.write(site.folder + "/url", "https://example.com/x")
            let text = warns ? url : "\(url)\(site.folder)/url}"
            try site.describe(channels: ["ops": ["slack": .string(text)]])
            chmod(site.channelsFile, 0o644)
            let daemon = try await site.serve("--channels", site.channelsFile)
            let log = try await daemon.view { $0.error.contains("channels of ") }.error
            #expect(log.contains("others may read \(site.channelsFile), and it holds secrets") == warns, "\(log)")
            #expect(!log.contains("example.com"), "\(log)")
            #expect(!log.contains("others may write"), "\(log)")
            chmod(site.channelsFile, 0o620)
            #expect(try await site.legwork("channels", "reload").code == 0)
            try await daemon.view { $0.error.contains("others may write \(site.channelsFile)") }
        }
    }

    @Test("with links that lead nowhere is warned of", arguments: [true, false])
    func links(_ listens: Bool) async throws {
        try await Site.use { site in
            try site.describe(
                channels: ["log": ["file": .string(site.folder + "/log.txt"), "answers": true]],
                link: "http://legwork.example"
            )
            let options = listens ? ["--port", "0"] : []
            let daemon = try site.start(["serve", "--channels", site.channelsFile] + options)
            let log = try await daemon.view { $0.error.contains(" serves ") }.error
            #expect(log.contains("give legwork serve --port too") != listens, "\(log)")
        }
    }

    @Test("that is wrong stops the start of a daemon, and names the file")
    func start() async throws {
        try await Site.use { site in
            try Files.write(site.folder + "/mine.json", #"{"channels": {"a": {"slak": "x"}}}"#)
            let view = try await site.legwork("serve", "--channels", site.folder + "/mine.json")
            #expect(view.code == 4 && view.error.contains("mine.json: channels.a: 'slak' is no kind of channel"), "\(view)")
            let missing = try await site.legwork("serve", "--channels", site.folder + "/none.json")
            #expect(missing.code == 4 && missing.error.contains("none.json: it cannot be read"), "\(missing)")
            // A link that leads nowhere is no missing file.
            try StateFolder(path: site.state).create()
            symlink(site.folder + "/none.json", site.state + "/channels.json")
            let dangling = try await site.legwork("serve")
            #expect(dangling.code == 4 && dangling.error.contains("channels.json: it cannot be read"), "\(dangling)")
        }
    }
}

@Suite("What comes in from outside")
struct ReadingWhatComesIn {
    @Test("by a link is known again only if it was made here, whatever was changed")
    func seal() throws {
        let seal = AnswerSeal(stateKey: Array(repeating: 7, count: 32))
        let task = TaskID.random()
        let time = Timestamp(milliseconds: 1_800_000_000_000)
        for act in [AnswerToken.Act.answer(key: "go \"on\"?\n", choice: 3), .write(key: "ü"), .cancel] {
            let token = AnswerToken(task: task, act: act, expiresAt: time)
            let text = seal.seal(token)
            #expect(seal.open(text) == token && seal.seal(token) == text)
            #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !text.contains("/") && !text.contains("+"))
            let bytes = Array(text.utf8)
            for index in bytes.indices where index % 7 == 0 {
                var changed = bytes
                changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                #expect(seal.open(String(decoding: changed, as: UTF8.self)) == nil)
            }
            #expect(AnswerSeal(stateKey: Array(repeating: 8, count: 32)).open(text) == nil)
        }
        for text in ["", ".", "..", "a.b", "a", String(repeating: "a", count: 5000)] { #expect(seal.open(text) == nil) }
    }

    @Test("by a link of the longest key is no longer than the interface says")
    func length() throws {
        let seal = AnswerSeal(stateKey: Array(repeating: 7, count: 32))
        let act = AnswerToken.Act.answer(key: String(repeating: "\"", count: 128), choice: 4)
        let token = AnswerToken(task: .random(), act: act, expiresAt: Timestamp(milliseconds: 1_800_000_000_000))
        let text = seal.seal(token)
        #expect(seal.open(text) == token)
        let document = OpenAPIDocument(operations: API.operations, version: "1").json
        let operation = try #require(document["paths"]?["/v1/answers/{token}"]?["post"])
        let length = operation["parameters"]?.array?.first { $0["name"] == "token" }?["schema"]?["maxLength"]?.int
        #expect(text.utf8.count <= length ?? 0)
        #expect(operation["requestBody"]?["content"]?["application/x-www-form-urlencoded"] != nil)
    }

    private func form(_ schema: JSONValue?, request: JSONValue? = nil) -> AnswerForm? {
        var question: JSONObject = ["key": "k", "message": "m"]
        question["schema"] = schema
        question["request"] = request
        return AnswerForm(question: .object(question))
    }

    @Test("is one of a few answers, or a text, in the form that the question wants")
    func forms() throws {
        let yes = try #require(form(["type": "boolean"]))
        #expect(yes.choices == [.init(label: "Yes", value: true), .init(label: "No", value: false)])
        let words = try #require(form(["type": "string", "enum": ["a", "b"]]))
        #expect(words.choices.map(\.value) == ["a", "b"])
        let member = try #require(form(["type": "object", "properties": ["ok": ["type": "boolean"]], "required": ["ok"]]))
        #expect(member.choices.map(\.value) == [["ok": true], ["ok": false]] && member.words(for: ["ok": false]) == "No")
        let asked: JSONValue = [
            "method": "elicitation/create",
            "params": ["message": "m", "requestedSchema": ["type": "object", "properties": ["name": ["type": "string"]]]],
        ]
        let name = try #require(form(nil, request: asked))
        #expect(name.choices.isEmpty && name.answer("Ada") == ["action": "accept", "content": ["name": "Ada"]])
        #expect(name.words(for: name.answer("Ada")) == "Ada")
        let many = try #require(form(["enum": ["a", "b", "c", "d", "e", "f"]]))
        #expect(many.choices.isEmpty && many.answer("c") == "c" && many.hint == "One of: a, b, c, d, e, f")
        let titled = try #require(form(["oneOf": [["const": 1, "title": "One"], ["const": 2, "title": "Two"]]]))
        #expect(titled.choices == [.init(label: "One", value: 1), .init(label: "Two", value: 2)])
        #expect(form(["type": "integer"])?.answer("42") == 42 && form(["type": "string"])?.answer("42") == "42")
        #expect(form(nil)?.answer("anything") == "anything")
        #expect(form(["type": "array"]) == nil && form(nil, request: ["method": "roots/list", "params": [:]]) == nil)
        #expect(form(["type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]]]) == nil)
    }

    @Test("is shown on a page that nothing can be smuggled into")
    func page() {
        let nasty = "</pre><script>alert('1')</script>\u{202E}\u{0}\"&\u{1B}[2J"
        let html = AnswerPage(title: nasty, subject: nasty, text: nasty, form: .field(hint: nasty, button: nasty)).html
        #expect(!html.contains("<script") && !html.contains("\u{202E}") && !html.contains("\u{1B}") && !html.contains("\u{0}"))
        #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;[2J"))
        let policy = AnswerPage.headers["Content-Security-Policy"] ?? ""
        #expect(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"))
        #expect(AnswerPage.headers["Referrer-Policy"] == "no-referrer" && AnswerPage.headers["Cache-Control"] == "no-store")
    }

    @Test("twice is answered alike, as long as it is remembered, and the memory is bounded")
    func memory() {
        var memory = InboundMemory()
        #expect(memory.admit("a") == .act && memory.admit("a") == .busy)
        memory.settle("a", 1)
        #expect(memory.admit("a") == .answered(1))
        #expect(memory.admit("b") == .act)
        memory.forget("b")
        #expect(memory.admit("b") == .act)
        memory.settle("b", 2)
        for number in 0..<3 * InboundMemory.capacity {
            #expect(memory.admit("n\(number)") == .act)
            memory.settle("n\(number)", 3)
        }
        #expect(memory.admit("n\(3 * InboundMemory.capacity - 1)") == .answered(3))
        #expect(memory.admit("n0") == .act && memory.admit("a") == .act)
    }
}
