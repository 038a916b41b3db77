/// Hears of what a router answers.
public protocol HTTPRouterMetrics: Sendable {
    /// What hears of the requests of one route; asked once for each, and with nil for those that fit none.
    func meter(of pattern: String?) -> any HTTPRouteMeter
}

/// Hears of the requests of one route; called at their beginning and their end, on any thread.
public protocol HTTPRouteMeter: Sendable {
    /// A request has come.
    func began()
    /// A request was answered; without a status when its client had left or the answer could not begin.
    func ended(_ method: String, status: Int?, after duration: Duration)
}
