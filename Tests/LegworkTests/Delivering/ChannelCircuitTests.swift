import LegworkCore
import Testing

@testable import Legwork

@Suite("A channel that does not work")
struct ChannelCircuitTests {
    private let down = ChannelError(.unavailable, "nobody is at home")
    private var circuit = ChannelCircuit(.standard)

    private func failing(_ times: Int, from start: Duration = .zero) -> (circuit: ChannelCircuit, now: Duration) {
        var (circuit, now) = (self.circuit, start)
        for _ in 0..<times {
            if case .after(let time) = circuit.permission(at: now) { now = time }
            circuit.failed(down, at: now, chance: 0.5)
        }
        return (circuit, now)
    }

    @Test("is sent to as usual after a few failures, each after a longer pause")
    func closed() {
        let (circuit, now) = failing(4)
        #expect(circuit.state == .ok)
        #expect(now == .seconds(5 + 20 + 80))
        #expect(circuit.permission(at: now) == .after(now + .seconds(320)))
        #expect(circuit.permission(at: now + .seconds(320)) == .all)
    }

    @Test("is tried with one delivery after five failures, with pauses up to the longest")
    func opened() {
        let (circuit, now) = failing(5)
        #expect(circuit.state == .waiting)
        #expect(circuit.problem == "nobody is at home")
        #expect(circuit.permission(at: now + .seconds(1279)) == .after(now + .seconds(1280)))
        #expect(circuit.permission(at: now + .seconds(1280)) == .probe)
        let (later, end) = failing(20)
        #expect(later.permission(at: end) == .after(end + .seconds(3600)))
    }

    @Test("works again as soon as something is taken")
    func closedAgain() {
        var (circuit, now) = failing(9)
        circuit.worked()
        #expect(circuit.permission(at: now) == .all)
        #expect((circuit.state, circuit.problem) == (.ok, nil))
        circuit.failed(down, at: now, chance: 0.5)
        now += .seconds(5)
        #expect(circuit.permission(at: now) == .all)
    }

    @Test("is left alone as long as it wants, within a day", arguments: [(0.3, 0.3), (60, 60), (1e12, 86400)])
    func retryAfter(wish: Double, pause: Double) {
        var circuit = circuit
        circuit.failed(ChannelError(.rateLimited, "slowly", retryAfter: .seconds(wish)), at: .seconds(10), chance: 0.5)
        #expect(circuit.permission(at: .seconds(10)) == .after(.seconds(10) + .seconds(pause)))
        #expect(circuit.permission(at: .seconds(10) + .seconds(pause)) == .all)
    }

    @Test("that wants to be asked again at once or in the past is paused as any other", arguments: [0, -5, -1e15])
    func noRetryAfter(wish: Double) {
        var circuit = circuit
        circuit.failed(ChannelError(.rateLimited, "slowly", retryAfter: .seconds(wish)), at: .zero, chance: 0.5)
        #expect(circuit.permission(at: .zero) == .after(.seconds(5)))
    }

    @Test("and says each time that it may be tried soon is tried less and less")
    func repeatedly() {
        var circuit = circuit
        for _ in 0..<3 { circuit.failed(ChannelError(.rateLimited, "slowly", retryAfter: .milliseconds(1)), at: .zero, chance: 0.5) }
        #expect(circuit.permission(at: .zero) == .after(.seconds(80)))
    }

    @Test("keeps the quiet that it asked for though something was taken meanwhile")
    func quiet() {
        var circuit = circuit
        circuit.failed(ChannelError(.rateLimited, "slowly", retryAfter: .seconds(30)), at: .zero, chance: 0.5)
        circuit.worked()
        #expect(circuit.permission(at: .seconds(29)) == .after(.seconds(30)))
        circuit.rest(.seconds(-3), at: .seconds(31))
        #expect(circuit.permission(at: .seconds(31)) == .all)
        circuit.rest(.seconds(1e12), at: .seconds(31))
        #expect(circuit.permission(at: .seconds(31)) == .after(.seconds(31 + 86400)))
    }

    @Test("because of what is configured is left alone for long at once", arguments: [ChannelError.Code.gone, .misconfigured])
    func blocked(code: ChannelError.Code) {
        var circuit = circuit
        circuit.failed(ChannelError(code, "the token is wrong"), at: .zero, chance: 1)
        #expect(circuit.state == .blocked)
        #expect(circuit.permission(at: .seconds(899)) == .after(.seconds(900)))
        #expect(circuit.permission(at: .seconds(900)) == .probe)
        circuit.failed(ChannelError(code, "the token is wrong"), at: .seconds(900), chance: 0)
        #expect(circuit.permission(at: .seconds(900)) == .after(.seconds(1800)))
    }
}
