import LegworkCore
import Testing

@Suite("Reading the description of channels again", .timeLimit(.minutes(3)))
struct ReloadingChannels {
    private func file(_ site: Site, _ name: String, _ more: JSONObject = [:]) -> JSONValue {
        var channel: JSONObject = ["file": .string("\(site.folder)/\(name)")]
        for member in more.members { channel[member.key] = member.value }
        return .object(channel)
    }

    @Test("changes channels, rules and links of a daemon that runs, and a mistake changes nothing and is told")
    func whole() async throws {
        try await Site.use { site in
            _ = try await site.serve()
            #expect(try await site.legwork("channels").output.contains("legwork channels reload"))
            let path = site.state + "/channels.json"
            func describe(_ text: JSONValue) throws {
                Files.removeAll(path)
                try Files.write(path, text.json())
            }
            try describe(["channels": ["log": file(site, "log.txt")]])
            let made = try await site.legwork("channels", "reload")
            #expect(made.code == 0 && made.output.hasPrefix("log "), "\(made)")
            #expect(try await site.legwork("run", "--redirect", "log", "--", "echo", "one").code == 0)
            _ = try await site.deliveries { $0.count == 1 && $0[0]["state"] == "delivered" }

            try describe(["channels": ["log": ["fil": "x"]]])
            let wrong = try await site.legwork("channels", "reload")
            #expect(wrong.code == 1 && wrong.error.contains("channels.log: 'fil' is no kind of channel; did you mean 'file'?"), "\(wrong)")
            #expect(try await site.http("POST", "/v1/channels/reload").errorCode == "bad_configuration")
            #expect(try await site.legwork("channels", "test", "log").code == 0)

            try describe(["channels": ["all": file(site, "all.txt")], "redirects": [["channel": "all"]], "link": "https://legwork.example"])
            #expect(try await site.legwork("channels", "reload", "-q").output == "all\n")
            #expect(try await site.legwork("submit", "run_command", #"{"argv": ["echo", "two"]}"#).code == 0)
            _ = try await site.deliveries { $0.count == 2 && $0.allSatisfy { $0["state"] == "delivered" } }
            let told = Files.text(site.folder + "/all.txt")
            #expect(told.contains("two") && told.contains("https://legwork.example/v1/tasks/"), "\(told)")
            #expect(try await site.legwork("channels", "test", "log").error.contains("there is no channel 'log'"))
            // Without a file there are no channels.
            Files.removeAll(path)
            #expect(try await site.legwork("channels", "reload", "-q").output.isEmpty)
        }
    }

    @Test("changes for whom links and signed webhooks are, and is for those who may do everything")
    func doors() async throws {
        try await Site.use { site in
            try site.describe(channels: [:])
            let port = try await site.serveTCP("--channels", site.channelsFile).port
            func names() async throws -> (page: Int, webhook: Int) {
                let page = try await offPool {
                    let connection = try Connection(port: port.number)
                    connection.send("GET", "/v1/answers/x", host: "legwork.example")
                    return try connection.reply().status
                }
                let body: JSONValue = ["type": "task.cancel", "data": ["task": "x"]]
                return (page, try await port.request("POST", "/v1/inbound/hook", token: nil, body: body).status)
            }
            #expect(try await names() == (421, 404))
            let hook: JSONValue = ["webhook": ["url": "https://example.com", "secret": .string(Site.secret)], "inbound": true]
            try site.describe(channels: ["hook": hook], link: "https://legwork.example/")
            let rights = ["--all-owners", "--rights", "read,call,cancel"]
            let token = try await site.start(["token", "create", "-q"] + rights).end().output.trimmed
            #expect(try await port.request("POST", "/v1/channels/reload", token: token).status == 403)
            #expect(try await names() == (421, 404))
            #expect(try await site.legwork("channels", "reload").code == 0)
            #expect(try await names() == (404, 401))
        }
    }
}
