/// Chooses a handler by method and path.
///
/// A pattern is a path whose segments are literal or `{name}`, such as `/v1/tasks/{id}/events`; a last segment `{name...}` takes the whole
/// rest of the path, which may be empty. Literal segments win over parameters, and those over a rest. Where the path is known but not the method,
/// the answer is 405 with `Allow`; `HEAD` is served by `GET`, and `OPTIONS` is answered with `Allow`.
public struct HTTPRouter: HTTPHandler {
    /// The values of a pattern's parameters, percent-decoded.
    public struct Parameters: Sendable {
        fileprivate var values: [(name: String, value: String)] = []

        /// The value of a parameter; nil when the pattern has none of that name.
        public subscript(name: String) -> String? {
            values.last { $0.name == name }?.value
        }
    }

    /// What answers the requests of one route.
    public typealias Action = @Sendable (HTTPRequest, Parameters, HTTPResponseWriter) async throws -> Void

    /// What answers at one pattern, by method.
    private struct Place: Sendable {
        let actions: [String: Action]
        let meter: (any HTTPRouteMeter)?

        init(_ draft: Draft.Place, _ metrics: (any HTTPRouterMetrics)?) {
            actions = draft.actions
            meter = draft.actions.isEmpty ? nil : metrics?.meter(of: draft.pattern)
        }
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: (name: String, node: Node)?
        let rest: (name: String, place: Place)?
        let place: Place

        init(_ draft: Draft, _ metrics: (any HTTPRouterMetrics)?) {
            literals = draft.literals.mapValues { Node($0, metrics) }
            parameter = draft.parameter.map { ($0.name, Node($0.draft, metrics)) }
            rest = draft.rest.map { ($0.name, Place($0.place, metrics)) }
            place = Place(draft.place, metrics)
        }
    }

    fileprivate final class Draft {
        struct Place {
            var pattern = ""
            var actions: [String: Action] = [:]

            mutating func add(_ method: String, _ pattern: String, _ action: @escaping Action) {
                self.pattern = pattern
                actions[method] = action
            }
        }

        var literals: [String: Draft] = [:]
        var parameter: (name: String, draft: Draft)?
        var rest: (name: String, place: Place)?
        var place = Place()
    }

    /// Collects routes.
    public struct Routes {
        fileprivate let root = Draft()

        fileprivate init() {}

        /// Adds a route. A later one with the same method and pattern replaces the earlier.
        ///
        /// Precondition: the pattern begins with `/`, and routes that share a prefix name its parameters alike.
        public mutating func on(_ method: String, _ pattern: String, _ action: @escaping Action) {
            precondition(pattern.hasPrefix("/"), "a route's pattern begins with /")
            var draft = root
            for segment in HTTPRouter.segments(pattern) {
                guard segment.hasPrefix("{"), segment.hasSuffix("}") else {
                    let next = draft.literals[String(segment)] ?? Draft()
                    draft.literals[String(segment)] = next
                    draft = next
                    continue
                }
                let name = String(segment.dropFirst().dropLast())
                if name.hasSuffix("...") {
                    var rest = draft.rest ?? (String(name.dropLast(3)), Draft.Place())
                    rest.place.add(method, pattern, action)
                    draft.rest = rest
                    return
                }
                precondition(draft.parameter == nil || draft.parameter?.name == name, "one place in a path has one name")
                let next = draft.parameter?.draft ?? Draft()
                draft.parameter = (name, next)
                draft = next
            }
            draft.place.add(method, pattern, action)
        }
    }

    /// What the path and method led to.
    private enum Match {
        case none
        case found(Place, Parameters)
    }

    private let root: Node
    /// Hears of requests that fit no pattern.
    private let nowhere: (any HTTPRouteMeter)?

    /// Builds the routes: `HTTPRouter { $0.on("GET", "/health") { request, parameters, writer in … } }`.
    ///
    /// - Parameter metrics: hears of every request.
    public init(metrics: (any HTTPRouterMetrics)? = nil, _ build: (inout Routes) -> Void) {
        var routes = Routes()
        build(&routes)
        root = Node(routes.root, metrics)
        nowhere = metrics?.meter(of: nil)
    }

    /// Answers with the matching route, or 404, 405 or the methods.
    public func respond(to request: HTTPRequest, writer: HTTPResponseWriter) async throws {
        let segments = Self.segments(request.path).map { HTTPSyntax.percentDecoded($0) ?? String($0) }
        let (place, parameters): (Place?, Parameters) =
            switch Self.match(root, segments[...], Parameters()) {
            case .none: (nil, Parameters())
            case .found(let place, let parameters): (place, parameters)
            }
        guard let meter = place == nil ? nowhere : place?.meter else {
            return try await respond(to: request, at: place, parameters, writer)
        }
        meter.began()
        let start = ContinuousClock.now
        defer { meter.ended(request.method, status: writer.status, after: .now - start) }
        try await respond(to: request, at: place, parameters, writer)
    }

    private func respond(
        to request: HTTPRequest,
        at place: Place?,
        _ parameters: Parameters,
        _ writer: HTTPResponseWriter
    ) async throws {
        guard let actions = place?.actions else {
            await writer.send(HTTPRejection(status: 404, code: "not_found", message: "There is nothing at this path."))
            return
        }
        if let action = actions[request.method] ?? (request.method == "HEAD" ? actions["GET"] : nil) {
            try await action(request, parameters, writer)
            return
        }
        let allowed = (Set(actions.keys).union(["OPTIONS"]).union(actions["GET"] == nil ? [] : ["HEAD"])).sorted()
        let headers: HTTPHeaders = ["Allow": allowed.joined(separator: ", ")]
        if request.method == "OPTIONS" {
            await writer.send(status: 204, headers: headers)
        } else {
            let message = "This path does not know the method; see Allow."
            await writer.send(HTTPRejection(status: 405, code: "method_not_allowed", message: message, headers: headers))
        }
    }

    private static func match(_ node: Node, _ segments: ArraySlice<String>, _ parameters: Parameters) -> Match {
        guard let first = segments.first else {
            if !node.place.actions.isEmpty { return .found(node.place, parameters) }
            return matchRest(node, segments, parameters)
        }
        if let next = node.literals[first], case .found(let place, let found) = match(next, segments.dropFirst(), parameters) {
            return .found(place, found)
        }
        if let (name, next) = node.parameter, !first.isEmpty {
            var parameters = parameters
            parameters.values.append((name, first))
            if case .found(let place, let found) = match(next, segments.dropFirst(), parameters) { return .found(place, found) }
        }
        return matchRest(node, segments, parameters)
    }

    private static func matchRest(_ node: Node, _ segments: ArraySlice<String>, _ parameters: Parameters) -> Match {
        guard let rest = node.rest else { return .none }
        var parameters = parameters
        parameters.values.append((rest.name, segments.joined(separator: "/")))
        return .found(rest.place, parameters)
    }

    private static func segments(_ path: String) -> [Substring] {
        path == "/" ? [] : path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
    }
}
