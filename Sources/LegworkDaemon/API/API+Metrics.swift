import Legwork
import LegworkCore
import LegworkHTTP
import LegworkSQLite

// What Prometheus reads.
extension API {
    private typealias Sample = MetricsText.Sample

    static let metricsOperations: [Operation] = [
        Operation(
            "GET",
            "/metrics",
            "metrics",
            .service,
            "Gives figures in Prometheus's text format, for an operator.",
            needs: .read,
            answers: [Answer(status: 200, description: "The figures.", content: .text("text/plain"))],
            faults: [.operatorOnly],
            action: API.metrics
        )
    ]

    func metrics(_ request: Request) async throws {
        try requireOperator(request)
        var text = MetricsText()
        text.add("legwork_info", .gauge, "The version of Legwork.", [Sample(["version": status.version], 1)])
        try await addTasks(to: &text)
        addWork(to: &text)
        try await addDeliveries(to: &text)
        await addHTTP(to: &text)
        addProcess(to: &text)
        await request.writer.send(status: 200, headers: ["Content-Type": MetricsText.contentType], body: Array(text.text.utf8))
    }

    private func addTasks(to text: inout MetricsText) async throws {
        let counts = try await manager.counts(in: .operator)
        text.add(
            "legwork_tasks",
            .gauge,
            "Recorded tasks by status.",
            TaskStatus.allCases.map { Sample(["status": $0.rawValue], Double(counts[$0])) }
        )
        let queues = try await manager.queues()
        text.add(
            "legwork_queue_tasks",
            .gauge,
            "Tasks of each queue: ready to begin, waiting for their time, executing.",
            queues.flatMap { queue in
                [("ready", queue.ready), ("delayed", queue.delayed), ("executing", queue.executing)].map { standing, count in
                    Sample(["queue": queue.queue, "standing": standing], Double(count))
                }
            }
        )
        text.add(
            "legwork_queue_open",
            .gauge,
            "Whether a queue gives its tasks out: 1 when open or draining, 0 when paused.",
            queues.map { Sample(["queue": $0.queue], $0.state == .paused ? 0 : 1) }
        )
        let quarantined = try await manager.quarantinedTasks()
        text.add("legwork_tasks_quarantined", .gauge, "Stored tasks that could not be read.", Double(quarantined.count))
    }

    private func addWork(to text: inout MetricsText) {
        let work = manager.statistics
        text.add("legwork_attempts_executing", .gauge, "Attempts of recorded tasks that run here now.", Double(manager.liveTasks))
        text.add("legwork_workers", .gauge, "How many queued tasks are executed at once.", Double(status.workers))
        text.add(
            "legwork_calls_total",
            .counter,
            "Calls by what their callers got: a result, or a task.",
            [Sample(["outcome": "finished"], Double(work.finishedCalls)), Sample(["outcome": "promoted"], Double(work.promotedCalls))]
        )
        text.add(
            "legwork_attempt_duration_seconds",
            "How long attempts of recorded tasks took, by the status they left.",
            TaskStatus.allCases.compactMap { status in work.attempts[status].map { Sample(["status": status.rawValue], $0) } }
        )
        let storage = gauges.storage
        text.add("legwork_store_requests_total", .counter, "Requests that were written to the store.", Double(storage.requests))
        text.add(
            "legwork_store_transaction_duration_seconds",
            "How long transactions of the store took, the sync to the disk included.",
            [Sample([:], storage.transactions)]
        )
    }

    private func addDeliveries(to text: inout MetricsText) async throws {
        let channels = try await manager.channels(for: nil)
        let figures = manager.deliveryFigures.channels.sorted { $0.key < $1.key }
        func samples(_ value: (DeliveryFigures.Channel) -> Int) -> [Sample<Double>] {
            figures.map { Sample(["channel": $0.key], Double(value($0.value))) }
        }
        text.add(
            "legwork_deliveries",
            .gauge,
            "Deliveries that wait for a channel, and those that were given up.",
            channels.flatMap { channel in
                [("pending", channel.pending), ("dead", channel.dead)].map { state, count in
                    Sample(["channel": channel.name, "state": state], Double(count))
                }
            }
        )
        text.add(
            "legwork_delivery_oldest_pending_seconds",
            .gauge,
            "How long the oldest delivery of a channel has been waiting.",
            channels.compactMap { channel in
                channel.oldestPending.map { Sample(["channel": channel.name], max(0, (Timestamp.now - $0).seconds)) }
            }
        )
        text.add(
            "legwork_channel_open",
            .gauge,
            "Whether things are sent to a channel: 0 while it is held back because it does not work.",
            channels.map { Sample(["channel": $0.name], $0.state == .ok ? 1 : 0) }
        )
        text.add("legwork_deliveries_delivered_total", .counter, "Deliveries that a channel has taken.", samples(\.delivered))
        text.add("legwork_deliveries_given_up_total", .counter, "Deliveries that were given up.", samples(\.givenUp))
        text.add("legwork_delivery_messages_total", .counter, "Messages that a channel has taken.", samples(\.messages))
        text.add(
            "legwork_delivery_failures_total",
            .counter,
            "Messages that a channel did not take, by the kind of fault.",
            figures.flatMap { name, channel in
                channel.failures.map { (code: $0.key.description, count: $0.value) }.sorted { $0.code < $1.code }
                    .map { Sample(["channel": name, "code": $0.code], Double($0.count)) }
            }
        )
    }

    private func addHTTP(to text: inout MetricsText) async {
        let routes = gauges.routes.counts
        text.add(
            "legwork_http_requests_total",
            .counter,
            "HTTP requests by route, method and status.",
            routes.flatMap { route, counts in
                counts.answered.sorted { $0.key < $1.key }.flatMap { method, statuses in
                    statuses.sorted { $0.key < $1.key }.map { status, count in
                        Sample(["route": route, "method": method, "status": status], Double(count))
                    }
                }
            }
        )
        text.add(
            "legwork_http_request_duration_seconds",
            "How long answers took, streams and waits included.",
            routes.filter { $0.counts.durations.count > 0 }.map { Sample(["route": $0.route], $0.counts.durations) }
        )
        let load = await gauges.load()
        text.add(
            "legwork_http_connections",
            .gauge,
            "Open connections.",
            [
                Sample(["transport": "tcp"], Double(load.tcpConnections)),
                Sample(["transport": "unix"], Double(load.connections - load.tcpConnections)),
            ]
        )
        text.add("legwork_http_requests_in_flight", .gauge, "Requests that are being answered.", Double(load.requests))
        text.add("legwork_http_streams", .gauge, "Open streams of events.", Double(load.streams))
    }

    private func addProcess(to text: inout MetricsText) {
        let process = ProcessFigures.now()
        text.add("process_resident_memory_bytes", .gauge, "Memory that the daemon holds.", process.residentBytes)
        text.add("process_cpu_seconds_total", .counter, "Processor time that the daemon has used.", process.processorSeconds)
        text.add("process_open_fds", .gauge, "Files that the daemon has open.", process.openFiles)
        text.add("process_max_fds", .gauge, "Files that the daemon may have open.", process.openFileLimit)
        let started = Double(status.startedAt.milliseconds) / 1000
        text.add("process_start_time_seconds", .gauge, "When the daemon started, in seconds since 1970.", started)
    }
}
