import LegworkCore
import LegworkHTTP

extension HTTPRouter.Routes {
    /// A body of more bytes takes so long to be read that the event loop, which serves the others too, is not the place for it.
    private static var largeBody: Int { 64 << 10 }

    /// Adds a route whose failures the client is told of.
    mutating func on(_ method: String, _ pattern: String, faultsTo log: DaemonLog, _ action: @escaping HTTPRouter.Action) {
        on(method, pattern) { request, parameters, writer in
            do {
                if request.body.count > Self.largeBody {
                    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await action(request, parameters, writer) }
                } else {
                    try await action(request, parameters, writer)
                }
            } catch {
                if !Task.isCancelled {
                    let fault = APIFault(error)
                    // Whoever has a link can answer with it: no log has one.
                    let place = pattern.contains("{token}") ? pattern : request.path
                    if fault.status == 500 { log.write("\(method) \(place): \(error)") }
                    await writer.send(fault)
                }
                // An answer that had begun must break off: what is missing of it would look as if it had never been.
                throw error
            }
        }
    }
}
