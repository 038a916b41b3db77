import Glibc
import LegworkCore
import LegworkDaemon

/// `legwork doctor`.
enum Doctor: Command {
    static let name = "doctor"
    static let summary = "Check that everything is in order, and say what to do where it is not"
    static let usage = ""

    private enum Finding {
        case good(String, String)
        case note(String, String)
        case bad(String, String, fix: String)
    }

    static func run(_ invocation: Invocation) async throws -> Int32 {
        var findings = [folder(invocation.folder)]
        if case .good = findings[0] {
            findings.append(space(invocation.folder))
            findings += await daemon(invocation)
        }
        var isGood = true
        var rows: [JSONValue] = []
        for finding in findings {
            switch finding {
            case .good(let what, let text):
                rows.append(["check": .string(what), "ok": true, "text": .string(text)])
                if invocation.style == .table { invocation.console.print("ok    \(what): \(text)") }
            case .note(let what, let text):
                rows.append(["check": .string(what), "ok": true, "text": .string(text)])
                if invocation.style == .table { invocation.console.print("note  \(what): \(text)") }
            case .bad(let what, let text, let fix):
                isGood = false
                rows.append(["check": .string(what), "ok": false, "text": .string(text), "fix": .string(fix)])
                if invocation.style == .table { invocation.console.print("FAIL  \(what): \(text)\n      \(fix)") }
            }
        }
        if invocation.style == .json {
            let report: JSONValue = ["ok": .bool(isGood), "checks": .array(rows)]
            invocation.console.print(report.json())
        }
        return isGood ? ExitCode.success.rawValue : ExitCode.failure.rawValue
    }

    private static func folder(_ folder: StateFolder) -> Finding {
        do {
            try folder.create()
            return .good("state folder", "\(folder.path) can be written, and only by you")
        } catch {
            return .bad("state folder", error.description, fix: "or name another one: legwork doctor --state FOLDER")
        }
    }

    private static func space(_ folder: StateFolder) -> Finding {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return .note("disk", "the free space cannot be told") }
        let free = (Int(status.f_bavail) * Int(status.f_frsize)) >> 20
        if free < 100 { return .bad("disk", "only \(free) MiB are free", fix: "free some space: tasks cannot be recorded on a full disk") }
        return .good("disk", "\(free) MiB are free")
    }

    private static func channels(_ channels: [JSONValue]) -> [Finding] {
        var findings: [Finding] = []
        for channel in channels {
            let name = TaskTable.clean(channel["name"]?.string ?? "")
            let (what, problem) = ("channel \(name)", TaskTable.clean(channel["problem"]?.string ?? "nothing is sent there"))
            let dead = channel["dead"]?.int ?? 0
            let pending = channel["pending"]?.int ?? 0
            let waiting = pending == 1 ? "1 delivery waits" : "\(pending) deliveries wait"
            switch channel["state"]?.string {
            case "blocked":
                let fix = "mend its description in channels.json and run legwork channels reload; legwork channels test \(name) tries it"
                findings.append(.bad(what, "blocked: \(problem)", fix: fix))
            case "waiting": findings.append(.note(what, "does not work now and is tried again by itself: \(problem)"))
            default: if dead == 0 { findings.append(.good(what, "\(waiting), none was given up")) }
            }
            if dead > 0 {
                let fix = "legwork channels dead-letters --channel \(name) shows them; legwork channels replay or drop them"
                findings.append(.bad(what, "\(dead == 1 ? "1 delivery was" : "\(dead) deliveries were") given up", fix: fix))
            }
        }
        return findings
    }

    private static func daemon(_ invocation: Invocation) async -> [Finding] {
        do {
            // What is wrong concerns every owner.
            let client = try await invocation.client(asOperator: true)
            let health = try await client.get("/health")
            var findings = [
                Finding.good("daemon", "answers at \(invocation.folder.socket) (pid \(health["pid"]?.int ?? 0))")
            ]
            let version = health["version"]?.string ?? "?"
            if version != Daemon.version {
                findings.append(
                    .bad(
                        "version",
                        "the daemon is \(version), this command is \(Daemon.version)",
                        fix: "run legwork stop; the next command starts the new one"
                    )
                )
            } else {
                findings.append(.good("version", version))
            }
            let stats = try await client.get("/v1/stats")
            let damaged = stats["quarantined"]?.array ?? []
            if damaged.isEmpty {
                findings.append(.good("store", "\(stats["tasks"]?["total"]?.int ?? 0) tasks, none damaged"))
            } else {
                let list = damaged.map { "\($0["id"]?.string ?? "?"): \($0["problem"]?.string ?? "?")" }.joined(separator: "; ")
                findings.append(
                    .bad(
                        "store",
                        "\(damaged.count) damaged tasks were set aside: \(list)",
                        fix: "the others are not affected; the damaged rows are kept in the database's table 'quarantine'"
                    )
                )
            }
            return findings + channels(try await client.get("/v1/channels")["channels"]?.array ?? [])
        } catch {
            return [.bad("daemon", "\(error)", fix: "its own words are in \(invocation.folder.log)")]
        }
    }
}
