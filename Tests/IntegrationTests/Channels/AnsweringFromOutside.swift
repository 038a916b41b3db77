import FoundationEssentials
import LegworkCore
import LegworkHTTP
import Testing

@testable import LegworkDaemon

@Suite("Answering from outside", .timeLimit(.minutes(3)))
struct AnsweringFromOutside {
    private static let html = ["Accept: text/html"]

    /// A daemon with fixtures that ask, and a channel that is told of questions.
    private func use(_ body: (Site, Port, WebhookReceiver) async throws -> Void) async throws {
        try await WebhookReceiver.use { receiver in
            try await Site.use { site in
                try site.describe(
                    channels: ["hook": site.webhook(receiver, ["answers": true, "inbound": true]), "other": site.webhook(receiver)],
                    link: "http://legwork.example/"
                )
                let port = try await site.serveTCP("--fixtures", "--channels", site.channelsFile).port
                try await body(site, port, receiver)
            }
        }
    }

    /// Starts a task that asks whether a file may go, and waits until it has asked.
    private func ask(_ site: Site, _ channel: String = "hook") async throws -> String {
        let call: JSONValue = [
            "tool": "confirm_delete", "arguments": ["filename": "<old>.txt"], "background": true,
            "redirects": [["channel": .string(channel), "on": ["input_required", "completed"]]],
        ]
        let reply = try await site.post("/v1/call", call)
        let task = try #require(reply.json["task"]?["id"]?.string, "\(reply)")
        _ = try await site.post("/v1/wait", ["tasks": [.string(task)], "timeout_ms": 60_000])
        return task
    }

    /// The links that the daemon makes: those of the message that it sends.
    private func links(_ site: Site, _ task: String) async throws -> [String: String] {
        let record = try #require(try await site.get("/v1/tasks/\(task)").json["task"])
        let seal = AnswerSeal(stateKey: Files.read(site.state + "/mcp-state.key"))
        let content = DeliveryContent(
            task: try #require(TaskID(task)),
            owner: "local",
            tool: "confirm_delete",
            title: "",
            status: .inputRequired,
            text: "",
            questions: record["questions"]?.array ?? [],
            createdAt: .now,
            at: .now
        )
        let made = AnswerLinks(seal, base: "/").links(for: content)
        return Dictionary(made.map { ($0.label, $0.url) }) { first, _ in first }
    }

    private func visit(_ port: Port, _ method: String, _ target: String, _ body: String? = nil) async throws -> Reply {
        try await offPool {
            let connection = try Connection(port: port.number)
            // As a browser sends a form of a page that lets no referrer out.
            let headers = Self.html + (method == "POST" ? ["Origin: null"] : [])
            connection.send(method, target, host: "legwork.example", headers: headers, body: Array((body ?? "").utf8))
            return try connection.reply()
        }
    }

    @Test("a link shows the question without a token, answers it once by its form, and then says what was answered")
    func link() async throws {
        try await use { site, port, receiver in
            let task = try await ask(site)
            let links = try await links(site, task)
            #expect(Set(links.keys) == ["Yes", "No", "Cancel task"])
            let (yes, no) = (try #require(links["Yes"]), try #require(links["No"]))
            // Programs that show previews look at links.
            for _ in 0..<2 {
                let page = try await visit(port, "GET", yes)
                #expect(page.status == 200 && page.text.contains("Delete &#39;&lt;old&gt;.txt&#39;?"))
                #expect(page.text.contains(">Yes</button>"))
                for field in [
                    "Referrer-Policy: no-referrer", "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'",
                    "Content-Type: text/html",
                ] { #expect(page.head.contains(field), "\(page.head)") }
                #expect(!page.text.contains("<script"))
            }
            #expect(try await site.status(task) == "input_required")
            #expect(try await visit(port, "HEAD", yes).status == 200)
            let answered = try await visit(port, "POST", yes)
            #expect(answered.status == 200 && answered.text.contains("Answered: Yes"), "\(answered)")
            #expect(try await site.legwork("wait", task).code == 0)
            #expect(try await site.legwork("show", task).output.contains("Deleted '<old>.txt'."))
            for link in [yes, no] {
                for method in ["GET", "POST"] {
                    let late = try await visit(port, method, link)
                    #expect(late.status == 409 && late.text.contains("it was answered already: Yes"), "\(late)")
                }
            }
            // What was made with another key, or cut, or too old, opens nothing.
            let problem = try await site.get(String(yes.dropLast()))
            #expect(problem.status == 404 && problem.errorCode == "not_found")
            #expect(try await visit(port, "POST", String(yes.dropLast(5)) + "AAAAA").status == 404)
            // Everything else still wants a token.
            #expect(try await port.request("GET", "/v1/tasks/\(task)", token: nil).status == 401)
            #expect(try await visit(port, "GET", "/v1/tasks/\(task)").status != 200)
            // The message that was sent has the links, and they are for the address that people know.
            let sent = await receiver.messages { $0.contains { $0.json["type"]?.string?.contains("input_required") == true } }
            let text = sent.map { String(decoding: $0.body, as: UTF8.self) }.joined().replacing("\\/", with: "/")
            #expect(text.contains("http://legwork.example/v1/answers/"), "\(text)")
        }
    }

    @Test("a link for a written answer has a field, and says what does not fit")
    func written() async throws {
        try await use { site, port, _ in
            let reply = try await site.post("/v1/call", ["tool": "multi_input", "arguments": [:], "background": true])
            let task = try #require(reply.json["task"]?["id"]?.string)
            _ = try await site.post("/v1/wait", ["tasks": [.string(task)], "timeout_ms": 60_000])
            let links = try await links(site, task)
            let name = try #require(links["name: Answer"], "\(links.keys)")
            #expect(try await visit(port, "GET", name).text.contains("<textarea name=\"answer\""))
            let answered = try await visit(port, "POST", name, "answer=Ada+%26+%3CB%3E")
            #expect(answered.status == 200 && answered.text.contains("Answered: Ada &amp; &lt;B&gt;"), "\(answered)")
            #expect(try await visit(port, "POST", name, "answer=Eve").status == 409)
            #expect(try await site.legwork("answer", "--decline", "confirmation", task).code == 0)
            #expect(try await site.legwork("wait", task).code == 0)
            #expect(try await site.legwork("show", task).output.contains(#"{"name":"Ada & <B>"}"#))
        }
    }

    @Test("a link cancels the task, once that is confirmed")
    func cancel() async throws {
        try await use { site, port, _ in
            let task = try await ask(site)
            let link = try #require(try await links(site, task)["Cancel task"])
            let page = try await visit(port, "GET", link)
            #expect(page.status == 200 && page.text.contains("Cancel the task"), "\(page)")
            #expect(try await site.status(task) == "input_required")
            #expect(try await visit(port, "POST", link).text.contains("Cancelled"))
            _ = try await site.legwork("wait", task)
            #expect(try await site.status(task) == "cancelled")
            #expect(try await visit(port, "POST", link).status == 409)
        }
    }

    @Test("a link that is too old does nothing, and says so")
    func expired() async throws {
        try await use { site, port, _ in
            let task = try await ask(site)
            let seal = AnswerSeal(stateKey: Files.read(site.state + "/mcp-state.key"))
            for act in [AnswerToken.Act.answer(key: "confirm", choice: 0), .write(key: "confirm"), .cancel] {
                let token = AnswerToken(task: try #require(TaskID(task)), act: act, expiresAt: .now)
                let link = "/v1/answers/\(seal.seal(token))"
                for method in ["GET", "POST"] {
                    let late = try await visit(port, method, link, "answer=true")
                    #expect(late.status == 410 && late.text.contains("good for a day, which is over"), "\(late)")
                }
                #expect(try await port.request("POST", link, token: nil).errorCode == "link_expired")
            }
            #expect(try await site.status(task) == "input_required")
            // One that is good, for an answer that the question does not have, and for a question that was never asked.
            for act in [AnswerToken.Act.answer(key: "confirm", choice: 2), .answer(key: "other", choice: 0), .write(key: "other")] {
                let token = AnswerToken(task: try #require(TaskID(task)), act: act, expiresAt: .now + AnswerToken.lifetime)
                #expect(try await visit(port, "POST", "/v1/answers/\(seal.seal(token))", "answer=true").status == 404)
            }
            #expect(try await site.status(task) == "input_required")
        }
    }

    @Test("of many who follow links at once, one answers")
    func race() async throws {
        try await use { site, port, _ in
            let task = try await ask(site)
            let links = try await links(site, task)
            let (yes, no) = (try #require(links["Yes"]), try #require(links["No"]))
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for link in [yes, no, yes, no, yes, no] { group.addTask { try await visit(port, "POST", link) } }
                return try await group.reduce(into: [Reply]()) { $0.append($1) }
            }
            #expect(replies.count { $0.status == 200 } == 1 && replies.count { $0.status == 409 } == 5)
            #expect(try await site.legwork("wait", task).code == 0)
        }
    }

    // MARK: - Signed webhooks

    private func send(
        _ port: Port,
        _ body: JSONValue,
        id: String,
        channel: String = "hook",
        at seconds: Int64? = nil,
        key: [UInt8]? = nil
    ) async throws -> Reply {
        let time = seconds ?? Timestamp.now.milliseconds / 1000
        let bytes = body.jsonBytes()
        let code = SecretBytes.code(of: Array("\(id).\(time).".utf8) + bytes, key: key ?? Self.key)
        let headers = ["webhook-id: \(id)", "webhook-timestamp: \(time)", "webhook-signature: v1,bm90IGl0 v1,\(Base64.text(of: code))"]
        return try await port.request("POST", "/v1/inbound/\(channel)", token: nil, headers: headers, body: body)
    }

    /// The key that the text of a secret stands for.
    private static let key = Array(Data(base64Encoded: String(Site.secret.dropFirst("whsec_".count))) ?? Data())

    @Test("a signed webhook answers a task of its channel, twice is once, and nothing else gets in")
    func webhook() async throws {
        try await use { site, port, _ in
            let (task, foreign) = (try await ask(site), try await ask(site, "other"))
            func answer(_ task: String) -> JSONValue {
                ["type": "task.answer", "data": ["task": .string(task), "answers": ["confirm": ["confirm": true]]]]
            }
            #expect(try await send(port, answer(task), id: "a", key: Array("wrong".utf8)).errorCode == "bad_signature")
            let now = Timestamp.now.milliseconds / 1000
            for time in [now - 400, now + 400] {
                #expect(try await send(port, answer(task), id: "a", at: time).errorCode == "bad_signature")
            }
            #expect(try await port.request("POST", "/v1/inbound/hook", token: nil, body: answer(task)).errorCode == "bad_signature")
            #expect(try await send(port, answer(task), id: "a", channel: "other").status == 404)
            #expect(try await send(port, answer(task), id: "a", channel: "none").status == 404)
            // A task that was never told there cannot be reached from there.
            let denied = try await send(port, answer(foreign), id: "b")
            let missing = try await send(port, answer(TaskID.random().description), id: "c")
            #expect(denied.status == 404 && missing.status == 404)
            #expect(try await send(port, ["type": "task.delete", "data": ["task": .string(task)]], id: "d").status == 400)
            #expect(try await site.status(task) == "input_required")

            let taken = try await send(port, answer(task), id: "a")
            #expect(taken.status == 200 && taken.json["task"]?.string == task, "\(taken)")
            let again = try await send(port, answer(task), id: "a")
            #expect(again.status == 200 && again.body == taken.body, "\(again)")
            #expect(try await site.legwork("wait", task).code == 0)
            #expect(try await site.legwork("show", task).output.contains("Deleted"))
            let late = try await send(port, answer(task), id: "e")
            #expect(late.status == 409, "\(late)")

            let second = try await ask(site)
            #expect(try await send(port, ["type": "task.cancel", "data": ["task": .string(second)]], id: "f").status == 200)
            _ = try await site.legwork("wait", second)
            #expect(try await site.status(second) == "cancelled")
            #expect(try await site.status(foreign) == "input_required")
        }
    }

    @Test("what is too large is not even read")
    func large() async throws {
        try await use { _, port, _ in
            let body: JSONValue = ["type": "task.cancel", "data": ["task": .string(String(repeating: "x", count: 70_000))]]
            let reply = try await send(port, body, id: "a")
            #expect(reply.status == 401, "\(reply)")
        }
    }
}
