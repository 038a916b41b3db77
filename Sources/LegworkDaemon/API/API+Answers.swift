import Legwork
import LegworkCore
import LegworkHTTP

// What comes in from outside: people who follow a link in a message, and programs that sign what they send.
extension API {
    static let answerOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/answers/{token}",
            "showAnswerLink",
            .channels,
            "Shows the question that a link in a message is about; it changes nothing.",
            details: "The token is all that is needed. Browsers, which accept HTML, are told faults in it too.",
            needs: nil,
            answers: [page],
            faults: linkFaults,
            action: API.showAnswer
        ),
        Operation(
            "POST",
            "/v1/answers/{token}",
            "useAnswerLink",
            .channels,
            "Gives the answer that a link in a message is for, once.",
            details: "A link for a written answer takes it as the field `answer`; others need no body.",
            needs: nil,
            form: .body(["answer?": Schema(["type": "string", "pattern": #"^[^\u0000]*$"#])]),
            answers: [page],
            faults: linkFaults + [.notAsked, .finished, .conflict],
            action: API.useAnswer
        ),
        Operation(
            "POST",
            "/v1/inbound/{channel}",
            "receiveWebhook",
            .channels,
            "Takes a signed webhook that answers a task, or cancels one.",
            details: """
                For channels of kind `webhook` with `inbound`, signed as Standard Webhooks has it with the channel's secret. Only tasks are \
                reached that have a redirect to the channel. A webhook-id that was seen is answered alike and does nothing again.
                """,
            needs: nil,
            body: RequestBody(
                .body([
                    "type": .words(InboundMessage.types), "timestamp?": .text(0...64),
                    "data": .body([
                        "task": .text(1...100), "answers?": .map(of: .any, atMost: 64), "decline?": .array(of: .text(0...256), 0...64),
                    ]),
                ])
            ),
            answers: [.json("It was taken.", .object(["task": .taskID, "status": .words(TaskStatus.self)]))],
            faults: [.notFound, .badSignature, .notAsked, .finished, .conflict],
            action: API.receiveInbound
        ),
    ]

    private static let page = Answer(status: 200, description: "A page for people.", content: .text("text/html"))
    private static let linkFaults = [
        Fault(404, "not_found", "The link was not made here."), Fault(410, "link_expired", "The link's time is over, or its task is gone."),
        Fault(409, "answered", "The question was answered, or the task has ended; `detail` says how."),
    ]

    func showAnswer(_ request: Request) async throws {
        try await reply(request) { try await $0.look(request.parameters["token"] ?? "") }
    }

    func useAnswer(_ request: Request) async throws {
        let field = HTTPRequest(method: "GET", target: "/?" + String(decoding: request.http.body, as: UTF8.self), peer: request.http.peer)
        guard let written = field.checkedQuery else { throw APIFault.invalid("the form is not percent-encoded UTF-8") }
        let answer = written.first { $0.name == "answer" }?.value.replacing("\r\n", with: "\n")
        try await reply(request) { try await $0.act(request.parameters["token"] ?? "", written: answer) }
    }

    /// Answers with a page; who accepts HTML is told faults in it as well.
    private func reply(_ request: Request, _ page: (AnswerDesk) async throws -> AnswerPage) async throws {
        do {
            await send(try await page(answerDesk), status: 200, request)
        } catch {
            let fault = APIFault(error)
            guard request.http.headers.values("Accept").joined().contains("text/html"), fault.status < 500 else { throw error }
            await send(AnswerPage(title: "Nothing was done", text: fault.message), status: fault.status, request)
        }
    }

    private func send(_ page: AnswerPage, status: Int, _ request: Request) async {
        await request.writer.send(status: status, headers: AnswerPage.headers, body: Array(page.html.utf8))
    }

    func receiveInbound(_ request: Request) async throws {
        let body = try await inbound.receive(request.http, channel: request.parameters["channel"] ?? "", request.body)
        await request.reply(body)
    }
}

extension Fault {
    static let badSignature = Fault(401, "bad_signature", "It is not signed with the channel's secret, or its time is not now.")
}
