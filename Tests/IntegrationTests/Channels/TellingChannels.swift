import Glibc
import LegworkCore
import Testing

@Suite("Telling channels what became of tasks", .timeLimit(.minutes(3)))
struct TellingChannels {
    private func file(_ site: Site, _ name: String = "told.txt", _ more: JSONObject = JSONObject()) -> JSONValue {
        var channel: JSONObject = ["file": .string("\(site.folder)/\(name)")]
        for member in more.members { channel[member.key] = member.value }
        return .object(channel)
    }

    @Test("a redirect that was set while the task ran, and one after its end, are told once each, and the task shows it")
    func beforeAndAfter() async throws {
        try await Site.use { site in
            try site.describe(channels: ["log": file(site)])
            _ = try await site.serve("--channels", site.channelsFile)
            let task = try await site.startGated()
            let set = try await site.legwork("redirect", task, "--to", "log", "--on", "completed,failed", "--max-chars", "500")
            #expect(set.code == 0 && set.output.contains("1  log: completed, failed, at most 500 characters"), "\(set)")
            let again = try await site.legwork("redirect", task, "--to", "log", "--on", "failed,completed", "--max-chars", "500")
            #expect(again.code == 0 && again.output.hasPrefix("1  log"), "\(again)")
            #expect(try await site.legwork("redirect", task, "--list").output.hasPrefix("1  log: completed"))
            #expect(try await site.deliveries { _ in true }.isEmpty)
            try site.open("gate", "the result")
            #expect(try await site.legwork("wait", task).code == 0)
            let first = try await site.deliveries { $0.allSatisfy { $0["state"] == "delivered" } && $0.count == 1 }
            #expect(first[0]["task"]?.string == task && first[0]["status"] == "completed" && first[0]["channel"] == "log")
            #expect(Files.text(site.folder + "/told.txt").contains("the result"))

            // It has ended, so this is told at once.
            let late = try await site.legwork("redirect", task, "--to", "log")
            #expect(late.code == 0 && late.output.contains("is sent now"), "\(late)")
            let both = try await site.deliveries { $0.allSatisfy { $0["state"] == "delivered" } && $0.count == 2 }
            #expect(Set(both.compactMap { $0["redirect"]?.int }) == [1, 2])
            let shown = try await site.legwork("show", task).output
            #expect(shown.contains("told in\n  1  log: completed, failed") && shown.contains("delivered (1 message)"), "\(shown)")
            #expect(shown.contains("  delivered to log  "), "\(shown)")
            let json = try await site.json("show", task)
            #expect(json["task"]?["redirects"]?.array?.count == 2 && json["deliveries"]?.array?.count == 2, "\(json.json())")
            #expect(json["events"]?.array?.contains { $0["kind"] == "delivered" } == true, "\(json.json())")
            #expect(try await site.legwork("redirect", task, "--remove", "1").output == "1 redirect taken away\n")
            #expect(try await site.legwork("redirect", task, "--remove").output == "1 redirect taken away\n")
            #expect(try await site.legwork("redirect", task, "--remove").output == "0 redirects taken away\n")
        }
    }

    @Test("what is started says where it is told: run, call, submit, schedule, HTTP and MCP")
    func options() async throws {
        try await Site.use { site in
            try site.describe(channels: ["log": file(site, "told.txt", ["targets": "any"]), "other": file(site, "other.txt")])
            _ = try await site.serve("--channels", site.channelsFile)
            #expect(try await site.legwork("run", "--redirect", "log", "--redirect", "other", "--", "echo", "one").code == 0)
            let argv = #"{"argv": ["echo", "two"]}"#
            #expect(try await site.legwork("call", "--background", "--redirect", "log", "run_command", argv).code == 0)
            #expect(try await site.legwork("submit", "--redirect", "log", "run_command", argv).code == 0)
            let hourly = ["schedule", "add", "--every", "1h", "--name", "s", "--redirect", "log", "--", "echo", "three"]
            let scheduled = try await site.start(hourly).end()
            #expect(scheduled.code == 0, "\(scheduled)")
            #expect(try await site.json("schedule", "show", "s")["schedule"]?["redirects"]?[0]?["channel"] == "log")
            #expect(try await site.legwork("schedule", "run", "s").code == 0)
            let call: JSONValue = ["tool": "run_command", "arguments": ["argv": ["echo", "four"]], "redirects": [["channel": "log"]]]
            #expect(try await site.post("/v1/call", call).status == 200)
            let made = try await site.post("/v1/tasks", ["tool": "run_command", "arguments": ["argv": ["true"]]])
            let task = try #require(made.json["task"])
            let visitor = try await MCPVisitor(site).session()
            let arguments: JSONValue = ["task_id": task["id"] ?? .null, "platform": "other", "max_chars": 0]
            let told = try await visitor.askInSession("tools/call", ["name": "redirect_task", "arguments": arguments])
            let result = told.json["result"]
            #expect(result?["isError"] != true && result?["structuredContent"]?["redirect"]?["channel"] == "other", "\(told)")
            let wrong = try await visitor.askInSession(
                "tools/call",
                ["name": "redirect_task", "arguments": ["task_id": task["id"] ?? .null, "channel": "none"]],
                id: 2
            )
            #expect(wrong.json["result"]?["isError"] == true && wrong.text.contains("'log', 'other'"), "\(wrong)")
            let all = try await site.deliveries { $0.count == 7 && $0.allSatisfy { $0["state"] == "delivered" } }
            #expect(all.count { $0["channel"] == "log" } == 5)
            let refused = try await site.legwork("run", "--redirect", "nowhere", "--", "touch", "made")
            #expect(refused.code != 0 && refused.error.contains("there is no channel 'nowhere'"), "\(refused)")
            #expect(!Files.exists(site.folder + "/made"))
            let place = try await site.legwork("run", "--redirect", "other:room", "--", "true")
            #expect(place.code != 0 && place.error.contains("has no places to choose from"), "\(place)")
            #expect(try await site.legwork("run", "--redirect", "log:room", "--", "true").code == 0)
            let room = try await site.deliveries("&channel=log") { $0.contains { $0["target"] == "room" } }
            #expect(room.count { $0["target"] == "room" } == 1)
        }
    }

    @Test("a program reads all that is known, and one that ends with 75 wants it again later")
    func program() async throws {
        try await Site.use { site in
            func command(_ line: String) -> JSONValue { ["command": ["argv": ["/bin/sh", "-c", .string(line)]]] }
            let line = "cat > \(site.folder)/read.json; echo $LEGWORK_STATUS $LEGWORK_DELIVERY > \(site.folder)/env.txt"
            try site.describe(channels: ["prog": command(line), "later": command("exit 75"), "never": command("exit 1")])
            _ = try await site.serve("--channels", site.channelsFile)
            let options = ["--redirect", "prog", "--redirect", "later", "--redirect", "never"]
            #expect(try await site.start(["run"] + options + ["--", "echo", "hello"]).end().code == 0)
            let all = try await site.deliveries { $0.count == 3 && $0.allSatisfy { ($0["tries"]?.int ?? 0) > 0 } }
            let states = Dictionary(uniqueKeysWithValues: all.map { ($0["channel"]?.string ?? "", $0["state"]?.string ?? "") })
            #expect(states == ["prog": "delivered", "later": "pending", "never": "dead"])
            let read = try JSONValue(parsing: Files.read(site.folder + "/read.json"))
            #expect(read["text"]?.string?.contains("hello") == true && read["status"] == "completed", "\(read.json())")
            let told = try #require(all.first { $0["channel"] == "prog" }?["id"]?.string)
            #expect(Files.text(site.folder + "/env.txt") == "completed \(told)\n")
        }
    }

    @Test("rules tell of tasks that nobody redirected, each of those it is for")
    func rules() async throws {
        try await Site.use { site in
            try site.describe(
                channels: ["night": file(site, "night.txt"), "bob": file(site, "bob.txt")],
                redirects: [
                    ["queue": "nightly", "channel": "night", "on": ["failed"]],
                    ["owners": ["bob*"], "tool": "run_command", "channel": "bob"],
                    ["owners": ["carol"], "channel": "night", "default": true],
                ]
            )
            _ = try await site.serve("--channels", site.channelsFile)
            func submit(_ queue: String, _ command: String, _ owner: String) async throws -> String {
                try await site.legwork("submit", "--owner", owner, "--queue", queue, "run_command", #"{"argv": ["\#(command)"]}"#).output
                    .trimmed
            }
            let night = try await submit("nightly", "false", "alice")
            _ = try await submit("nightly", "true", "alice")
            _ = try await submit("default", "false", "alice")
            let bob = try await submit("default", "true", "bobby")
            let told = try await site.deliveries { $0.count == 2 && $0.allSatisfy { $0["state"] == "delivered" } }
            #expect(Set(told.compactMap { $0["task"]?.string }) == [night, bob])
            #expect(Set(told.compactMap { $0["channel"]?.string }) == ["night", "bob"])
            let list = try await site.legwork("redirect", "--owner", "bobby", bob, "--list").output
            #expect(list.contains("(by a rule)"), "\(list)")
            // Carol has a channel without naming it.
            let carol = try await submit("default", "true", "carol")
            let redirected = try await site.legwork("redirect", "--owner", "carol", carol)
            #expect(redirected.code == 0 && redirected.output.hasPrefix("1  night"), "\(redirected)")
        }
    }

    @Test("another owner sees nothing of it, and a channel that is not for him looks like none")
    func foreign() async throws {
        try await Site.use { site in
            try site.describe(channels: ["team": file(site, "team.txt", ["owners": ["team-*"]]), "all": file(site)])
            _ = try await site.serve("--channels", site.channelsFile)
            let mine = ["Legwork-Owner: team-a"]
            let call: JSONValue = [
                "tool": "run_command", "arguments": ["argv": ["echo", "secret"]], "redirects": [["channel": "team"]], "background": true,
            ]
            let made = try await site.http("POST", "/v1/call", headers: mine, body: call.jsonBytes())
            let task = try #require(made.json["task"]?["id"]?.string, "\(made)")
            let deliveries = try await site.deliveries { $0.count == 1 && $0[0]["state"] == "delivered" }
            let id = try #require(deliveries[0]["id"]?.string)
            let other = ["Legwork-Owner: eve"]
            func eve(_ method: String, _ target: String, _ body: JSONValue? = nil) async throws -> Reply {
                try await site.http(method, target, headers: other, body: body?.jsonBytes() ?? [])
            }
            #expect(try await eve("GET", "/v1/deliveries").json["deliveries"] == [])
            #expect(try await eve("GET", "/v1/deliveries?task=\(task)").json["deliveries"] == [])
            #expect(try await eve("GET", "/v1/tasks/\(task)/redirects").status == 404)
            #expect(try await eve("POST", "/v1/tasks/\(task)/redirects", ["channel": "all"]).status == 404)
            #expect(try await eve("DELETE", "/v1/tasks/\(task)/redirects").status == 404)
            #expect(try await eve("POST", "/v1/deliveries/\(id)/replay", [:]).status == 404)
            #expect(try await eve("GET", "/v1/deliveries/\(id)").status == 404)
            #expect(try await site.http("GET", "/v1/deliveries/\(id)", headers: mine).json["delivery"]?["state"] == "delivered")
            #expect(try await eve("DELETE", "/v1/deliveries/\(id)").status == 404)
            #expect(try await eve("POST", "/v1/deliveries/replay", [:]).json["replayed"] == 0)
            #expect(try await eve("DELETE", "/v1/deliveries?state=pending,delivered,dead").json["deleted"] == 0)
            let channels = try await eve("GET", "/v1/channels").json["channels"]?.array ?? []
            #expect(channels.compactMap { $0["name"]?.string } == ["all"])
            let hidden = try await eve("POST", "/v1/channels/team/test", [:])
            let missing = try await eve("POST", "/v1/channels/mate/test", [:])
            #expect(hidden.status == 409 && hidden.errorDetail == missing.errorDetail?.replacing("mate", with: "team"), "\(hidden)")
            let refused = try await eve("POST", "/v1/call", call)
            #expect(refused.errorCode == "no_channel" && refused.errorDetail?.contains("'team-") == false, "\(refused)")
            #expect(try await site.http("GET", "/v1/deliveries", headers: mine).json["deliveries"]?.array?.count == 1)
        }
    }

    @Test("who may only read sees what is told and changes nothing of it")
    func reader() async throws {
        try await Site.use { site in
            try site.describe(channels: ["log": file(site)])
            let port = try await site.serveTCP("--channels", site.channelsFile).port
            #expect(try await site.legwork("run", "--redirect", "log", "--", "echo", "one").code == 0)
            let delivery = try #require(try await site.deliveries { $0.count == 1 && $0[0]["state"] == "delivered" }.first)
            let (id, task) = (delivery["id"]?.string ?? "", delivery["task"]?.string ?? "")
            let token = try await site.legwork("token", "create", "--rights", "read").output.trimmed
            for target in ["/v1/channels", "/v1/deliveries", "/v1/tasks/\(task)/redirects"] {
                #expect(try await port.request("GET", target, token: token).status == 200)
            }
            let changes = [
                ("POST", "/v1/channels/log/test"), ("POST", "/v1/channels/reload"), ("POST", "/v1/deliveries/replay"),
                ("POST", "/v1/deliveries/\(id)/replay"), ("DELETE", "/v1/deliveries?state=delivered"), ("DELETE", "/v1/deliveries/\(id)"),
                ("POST", "/v1/tasks/\(task)/redirects"), ("DELETE", "/v1/tasks/\(task)/redirects"),
            ]
            for (method, target) in changes {
                let refused = try await port.request(method, target, token: token)
                #expect(refused.status == 403 && refused.errorCode == "forbidden", "\(method) \(target): \(refused)")
            }
            // Who may call, but not cancel, sends again and drops nothing.
            let caller = try await site.legwork("token", "create", "--rights", "read,call").output.trimmed
            #expect(try await port.request("DELETE", "/v1/deliveries/\(id)", token: caller).status == 403)
            #expect(try await port.request("POST", "/v1/deliveries/\(id)/replay", token: caller).status == 202)
            #expect(try await port.request("GET", "/metrics", token: token).status == 403)
        }
    }

    @Test("what is started says which of its states are told")
    func statuses() async throws {
        try await Site.use { site in
            try site.describe(channels: ["log": file(site)])
            _ = try await site.serve("--channels", site.channelsFile)
            let options = ["--redirect", "log", "--redirect-on", "failed,input_required"]
            #expect(try await site.start(["run"] + options + ["--", "true"]).end().code == 0)
            #expect(try await site.start(["run"] + options + ["--", "false"]).end().code == 1)
            let told = try await site.deliveries { !$0.isEmpty }
            #expect(told.map { $0["status"] } == ["failed"])
            let lone = try await site.legwork("run", "--redirect-on", "failed", "--", "true")
            #expect(lone.code == 2 && lone.error.contains("give that too"), "\(lone)")
            let wrong = try await site.legwork("submit", "--redirect", "log", "--redirect-on", "done", "run_command")
            #expect(wrong.code == 2 && wrong.error.contains("must be one of"), "\(wrong)")
        }
    }
}
