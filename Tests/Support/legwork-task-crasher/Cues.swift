import LegworkCore
import LegworkTestKit
import Synchronization

/// Signals between a scene and its tools, by name.
final class Cues: Sendable {
    private let signals: Lock<[String: TestSignal]> = Lock([:])

    subscript(name: String) -> TestSignal {
        signals.withLock { signals in
            let signal = signals[name] ?? TestSignal()
            signals[name] = signal
            return signal
        }
    }
}
