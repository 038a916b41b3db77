import Legwork
import LegworkCore
import LegworkHTTP

// The channels, and what lies in the outbox for them.
extension API {
    static let channelOperations: [Operation] = [
        Operation(
            "GET",
            "/v1/channels",
            "listChannels",
            .channels,
            "Lists the channels that the owner may use, and how they stand.",
            details: "An operator sees all of them, and those that something waits for though they are configured no more.",
            needs: .read,
            answers: [.json("The channels.", .object(["channels": .array(of: .channel)]))],
            action: API.channels
        ),
        Operation(
            "POST",
            "/v1/channels/{channel}/test",
            "testChannel",
            .channels,
            "Sends a message to a channel now, to see whether it works.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [
                .json(
                    "The channel has taken it.",
                    .object(["channel": .text, "receipt?": Schema.any.described("What the other side said.")])
                )
            ],
            faults: [.noChannel, .deliveryFailed],
            action: API.testChannel
        ),
        Operation(
            "POST",
            "/v1/channels/reload",
            "reloadChannels",
            .channels,
            "Reads the description of the channels again.",
            details: "With a mistake in it all stays as it was. What is being sent has a moment to arrive.",
            needs: .admin,
            body: RequestBody(.body()),
            answers: [.json("The channels that there are now.", .object(["channels": .array(of: .channel)]))],
            faults: [.badConfiguration],
            action: API.reloadChannels
        ),
        Operation(
            "GET",
            "/v1/deliveries",
            "listDeliveries",
            .channels,
            "Lists what is told in channels, in the order in which it was written.",
            needs: .read,
            query: [
                taskParameter, channelParameter,
                Parameter("state", .words(Delivery.State.allCases.map(\.rawValue)), "Only these."),
                Parameter("after", .number(0...Parameter.greatestNumber), "Goes on where an earlier page ended: its `next_after`."),
                .limit(1...DeliveryQuery.maximumLimit, usually: 100),
            ],
            answers: [.json("A page.", .object(["deliveries": .array(of: .delivery), "next_after?": .count]))],
            faults: Fault.task,
            action: API.deliveries
        ),
        Operation(
            "GET",
            "/v1/deliveries/{delivery}",
            "getDelivery",
            .channels,
            "Shows a delivery.",
            needs: .read,
            answers: [.json("The delivery.", .object(["delivery": .delivery]))],
            faults: [.notFound],
            action: API.showDelivery
        ),
        Operation(
            "POST",
            "/v1/deliveries/{delivery}/replay",
            "replayDelivery",
            .channels,
            "Sends a delivery again.",
            details: "One that was given up from where it stood, one that has arrived as a whole, one that waits at once.",
            needs: .call,
            body: RequestBody(.body()),
            answers: [.json(202, "It will be sent.", .object(["delivery": .delivery]))],
            faults: [.notFound, .noChannel, .conflict],
            action: API.replayDelivery
        ),
        Operation(
            "POST",
            "/v1/deliveries/replay",
            "replayDeliveries",
            .channels,
            "Sends all deliveries again that were given up.",
            needs: .call,
            body: RequestBody(.body(["channel?": .text(1...256).described("Only those of this channel.")])),
            answers: [
                .json(
                    202,
                    "How many will be sent, and how many stay because the configuration has their channel no more.",
                    .object(["replayed": .count, "kept": .count, "has_more": .flag.described("Replay again for the rest.")])
                )
            ],
            action: API.replayDeliveries
        ),
        Operation(
            "DELETE",
            "/v1/deliveries",
            "dropDeliveries",
            .channels,
            "Drops deliveries: those that were given up, unless other states are named.",
            needs: .cancel,
            query: [
                taskParameter, channelParameter,
                Parameter("state", .words(Delivery.State.allCases.map(\.rawValue)), "Only these; `dead` when left out."),
            ],
            answers: [
                .json(
                    "How many there were.",
                    .object(["deleted": .count, "has_more": .flag.described("Drop again for the rest.")])
                )
            ],
            faults: Fault.task,
            action: API.dropDeliveries
        ),
        Operation(
            "DELETE",
            "/v1/deliveries/{delivery}",
            "dropDelivery",
            .channels,
            "Drops a delivery, whatever became of it.",
            needs: .cancel,
            answers: [.json("It is gone.", .deletedCount)],
            faults: [.notFound],
            action: API.dropDelivery
        ),
    ]

    private static let taskParameter = Parameter("task", .text(1...100), "Only those of this task.")
    private static let channelParameter = Parameter("channel", .text(1...256), "Only those of this channel.")

    /// The most deliveries that one request changes.
    private static let mostAtOnce = 10 * DeliveryQuery.maximumLimit

    func channels(_ request: Request) async throws {
        let caller = request.principal.isOperator ? nil : request.principal.caller(platform: "http")
        await request.reply(["channels": .array(try await manager.channels(for: caller).map(\.json))])
    }

    func reloadChannels(_ request: Request) async throws {
        do {
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try channelKeeper.reload(for: manager) }
        } catch let error as DaemonError {
            throw APIFault(status: 409, code: "bad_configuration", message: error.description)
        }
        await request.reply(["channels": .array(try await manager.channels(for: nil).map(\.json))])
    }

    func testChannel(_ request: Request) async throws {
        let name = request.parameters["channel"] ?? ""
        let caller = request.principal.isOperator ? nil : request.principal.caller(platform: "http")
        let receipt = try await manager.testChannel(name, as: caller)
        var body: JSONObject = ["channel": .string(name)]
        body["receipt"] = receipt.receipt
        await request.reply(.object(body))
    }

    func deliveries(_ request: Request) async throws {
        var query = try await deliveryQuery(request)
        query.after = Int64(request.query.number("after") ?? 0)
        query.limit = request.query.number("limit") ?? query.limit
        let page = try await manager.deliveries(query)
        var body: JSONObject = ["deliveries": .array(page.deliveries.map(\.report))]
        body["next_after"] = page.next.map { .integer($0) }
        await request.reply(.object(body))
    }

    func showDelivery(_ request: Request) async throws {
        let query = DeliveryQuery(in: request.scope, id: try delivery(request), limit: 1)
        guard let delivery = try await manager.deliveries(query).deliveries.first else { throw Self.noDelivery(request) }
        await request.reply(["delivery": delivery.report])
    }

    func replayDelivery(_ request: Request) async throws {
        guard let delivery = try await manager.replay(try delivery(request), in: request.scope) else { throw Self.noDelivery(request) }
        await request.reply(["delivery": delivery.report], status: 202)
    }

    func replayDeliveries(_ request: Request) async throws {
        var query = DeliveryQuery(
            in: request.scope,
            channel: request.body["channel"]?.string,
            states: [.dead],
            limit: DeliveryQuery.maximumLimit
        )
        var (replayed, kept, next) = (0, 0, Int64?.some(0))
        while let after = next, replayed + kept < Self.mostAtOnce {
            query.after = after
            let page = try await manager.deliveries(query)
            for delivery in page.deliveries {
                do {
                    if try await manager.replay(delivery.id, in: request.scope) != nil { replayed += 1 }
                } catch let error as TaskManagerError where error.code == .noChannel {
                    kept += 1
                }
            }
            next = page.next
        }
        await request.reply(
            ["replayed": JSONValue(replayed), "kept": JSONValue(kept), "has_more": .bool(next != nil)],
            status: 202
        )
    }

    func dropDeliveries(_ request: Request) async throws {
        var query = try await deliveryQuery(request)
        if query.states.isEmpty { query.states = [.dead] }
        query.limit = DeliveryQuery.maximumLimit
        var (dropped, last) = (0, query.limit)
        while last == query.limit, dropped < Self.mostAtOnce {
            last = try await manager.drop(query)
            dropped += last
        }
        await request.reply(["deleted": JSONValue(dropped), "has_more": .bool(last == query.limit)])
    }

    func dropDelivery(_ request: Request) async throws {
        guard try await manager.drop(DeliveryQuery(in: request.scope, id: try delivery(request), limit: 1)) > 0 else {
            throw Self.noDelivery(request)
        }
        await request.reply(["deleted": 1])
    }

    private func delivery(_ request: Request) throws(APIFault) -> DeliveryID {
        guard let id = DeliveryID(request.parameters["delivery"] ?? "") else { throw Self.noDelivery(request) }
        return id
    }

    private static func noDelivery(_ request: Request) -> APIFault {
        let shown = (request.parameters["delivery"] ?? "").truncated(toBytes: 100)
        return APIFault(
            status: 404,
            code: "not_found",
            message: "there is no delivery '\(shown)'; GET /v1/deliveries lists those you may see"
        )
    }

    /// The deliveries that a query names. They outlive their task, so one that is gone can be named by its whole id.
    private func deliveryQuery(_ request: Request) async throws -> DeliveryQuery {
        var query = DeliveryQuery(in: request.scope)
        if let reference = request.query.text("task") {
            query.task =
                if let id = TaskID(reference) { id } else { try await manager.resolve(reference, in: request.scope) }
        }
        query.channel = request.query.text("channel")
        query.states = Set(request.query.words("state").compactMap(Delivery.State.init))
        return query
    }
}

extension Fault {
    static let badConfiguration = Fault(
        409,
        "bad_configuration",
        "The description has a mistake, and all stays as it was; `detail` says which."
    )
    static let deliveryFailed = Fault(502, "delivery_failed", "The channel did not take it; `detail` says why.")
}
