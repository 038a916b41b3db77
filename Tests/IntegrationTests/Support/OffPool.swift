import LegworkCore

/// Does something that blocks, on a thread of its own: the pool that runs the tests has two threads and none to spare.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await BlockingThread.run(body) { Failure("no thread can be started: error \($0)") }
}
