import LegworkCore

/// Shows redirects and deliveries to people.
enum DeliveryTable {
    /// Where it is told what becomes of a task, and how far that is: one line for each redirect, and one for each delivery below it.
    ///
    /// - Parameter answer: `{"redirects", "deliveries"}`.
    static func lines(_ answer: JSONValue) -> [String] {
        let deliveries = answer["deliveries"]?.array ?? []
        var lines: [String] = []
        let redirects = answer["redirects"]?.array ?? []
        for redirect in redirects {
            lines.append(line(redirect: redirect))
            lines += deliveries.filter { $0["redirect"] == redirect["number"] }.map { "   " + line(delivery: $0) }
        }
        let numbers = redirects.compactMap { $0["number"] }
        let left = deliveries.filter { delivery in !numbers.contains { $0 == delivery["redirect"] } }
        return lines + left.map { "\(place($0)) (taken away)\n   " + line(delivery: $0) }
    }

    /// One redirect: `1  ops: completed, failed`.
    static func line(redirect: JSONValue) -> String {
        let what = (redirect["on"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        let limit = redirect["max_chars"]?.int.map { ", at most \($0) characters" } ?? ""
        return "\(redirect["number"]?.int ?? 0)  \(place(redirect)): \(what)\(limit)\(redirect["by_rule"] == true ? " (by a rule)" : "")"
    }

    /// One delivery, and how far it is.
    static func line(delivery: JSONValue) -> String {
        let sent = delivery["sent"]?.int ?? 0
        var line = "\(delivery["id"]?.string ?? "")  \(delivery["status"]?.string ?? "") "
        switch delivery["state"]?.string {
        case "delivered": line += "delivered (\(sent == 1 ? "1 message" : "\(sent) messages")) at \(delivery["updated_at"]?.string ?? "")"
        case "dead": line += "given up after \(tries(delivery))"
        default:
            let due = delivery["due_at"]?.string ?? ""
            // What is due and waits all the same waits for its channel, or for what is before it.
            let isDue = Timestamp(iso8601: due).map { $0 <= .now } ?? false
            line += "waits (\(tries(delivery)) so far), next \(isDue ? "when the channel works" : "at \(due)")"
        }
        if let problem = delivery["problem"]?.string { line += ": \(TaskTable.clean(problem).truncated(toBytes: 300))" }
        return line
    }

    private static func tries(_ delivery: JSONValue) -> String {
        let tries = delivery["tries"]?.int ?? 0
        return tries == 1 ? "1 try" : "\(tries) tries"
    }

    /// The channel, and where in it.
    static func place(_ json: JSONValue) -> String {
        TaskTable.clean((json["channel"]?.string ?? "") + (json["target"]?.string.map { " at \($0)" } ?? ""))
    }
}
