import Legwork
import LegworkCore
import LegworkHTTP

extension API {
    /// What the owner is told, of one conversation or of all; a look changes nothing.
    @Sendable func notices(_ request: Request) async throws {
        var (session, after, limit): (String?, Int, Int) = (nil, 0, 100)
        for (name, value) in request.http.query {
            switch name {
            case "session": session = value
            case "after": after = try number(name, value, 0...Int.max)
            case "limit": limit = try number(name, value, 1...1000)
            default: throw invalid("the parameter '\(name)' is not known; known are session, after, limit")
            }
        }
        let owner = request.principal.owner
        let notices = try await manager.notices(for: owner, session: session, after: Int64(after), limit: limit, marksDelivered: false)
        await request.reply(["notices": .array(notices.map { $0.json() })])
    }

    /// Says that notices have arrived: they are deleted.
    @Sendable func acknowledge(_ request: Request) async throws {
        let body = try bodies.acknowledge.read(request.http)
        let selection: NoticeMark.Selection
        switch (body["up_to"]?.int, body["sequences"]?.array) {
        case (let last?, nil): selection = .upTo(Int64(last))
        case (nil, let list?): selection = .sequences(list.compactMap { $0.int.map(Int64.init) })
        default: throw invalid("give either 'up_to' or 'sequences'")
        }
        let count = try await manager.acknowledge(selection, for: request.principal.owner, session: body["session"]?.string)
        await request.reply(["acknowledged": JSONValue(count)])
    }
}
