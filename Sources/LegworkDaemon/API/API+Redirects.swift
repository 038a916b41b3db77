import Legwork
import LegworkCore
import LegworkHTTP

// Where it is told what becomes of a task.
extension API {
    static let redirectOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/tasks/{task}/redirects",
            "listRedirects",
            .channels,
            "Lists the channels where it is told what becomes of a task, and how far that is.",
            needs: .read,
            answers: [
                .json(
                    "The redirects, and what was written to be told.",
                    .object(["redirects": .array(of: .redirect), "deliveries": .array(of: .delivery)])
                )
            ],
            action: API.redirects
        ),
        Operation(
            "POST",
            "/v1/tasks/{task}/redirects",
            "addRedirect",
            .channels,
            "Has it told in a channel what becomes of a task.",
            details: "What has come to pass already, such as the task's end, is told at once.",
            needs: .call,
            body: RequestBody(.body(Schema.Members(optional: RedirectWish.properties, names: ["channel", "target"]))),
            answers: [
                .json("There was such a redirect already.", redirectReply),
                .json(201, "It will be told; `delivery` is what is told at once.", redirectReply),
            ],
            faults: Fault.redirects + [.conflict],
            action: API.addRedirect
        ),
        Operation(
            "DELETE",
            "/v1/tasks/{task}/redirects",
            "deleteRedirects",
            .channels,
            "Takes redirects of a task away.",
            details: "What was written for them already is delivered all the same; `DELETE /v1/deliveries` drops it.",
            needs: .call,
            query: [Parameter("number", .number(1...Parameter.greatestNumber), "Only this one; all when left out.")],
            answers: [.json("How many there were.", .deletedCount)],
            faults: [.conflict],
            action: API.deleteRedirects
        ),
    ]

    private static let redirectReply = Schema.object(["redirect": .redirect, "delivery?": .delivery])

    func redirects(_ request: Request) async throws {
        let (redirects, deliveries) = try await manager.redirects(of: request.parameters["task"] ?? "", in: request.scope)
        await request.reply(["redirects": .array(redirects.map(\.report)), "deliveries": .array(deliveries.map(\.report))])
    }

    func addRedirect(_ request: Request) async throws {
        let receipt = try await manager.redirect(
            request.parameters["task"] ?? "",
            to: RedirectWish(json: request.body),
            as: request.principal.caller(platform: "http"),
            in: request.scope
        )
        var body: JSONObject = ["redirect": receipt.redirect.report]
        body["delivery"] = receipt.delivery?.report
        await request.reply(.object(body), status: receipt.isNew ? 201 : 200)
    }

    func deleteRedirects(_ request: Request) async throws {
        let count = try await manager.removeRedirects(
            of: request.parameters["task"] ?? "",
            number: request.query.number("number"),
            in: request.scope
        )
        await request.reply(["deleted": JSONValue(count)])
    }
}

extension Fault {
    static let tooManyRedirects = Fault(409, "too_many_redirects", "The task has as many redirects as it can have.")
    /// What may become of a wish that something be told.
    static let redirects = [noChannel, tooManyRedirects]
}
