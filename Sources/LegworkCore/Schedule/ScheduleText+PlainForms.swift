extension ScheduleText {
    /// What a rule of a kind that RFC 5545 does not have says: `FREQ=ONCE;AT=2026-11-20T09:00:00Z` and `FREQ=CRON;EXPR=30 9 * * 1-5`. Other
    /// schedulers write all that they know as a rule.
    ///
    /// - Returns: the same as ``at`` or ``cron``; nil for every other rule.
    /// - Throws: ``ScheduleError/Code/invalid`` when such a rule has other parts than that one.
    func plainForm(of rule: String) throws(ScheduleError) -> ScheduleText? {
        // What is too long is refused where rules are read.
        guard rule.utf8.count <= RecurrenceRule.maximumBytes else { return nil }
        let text = rule.uppercased().hasPrefix("RRULE:") ? rule.dropFirst("RRULE:".count) : rule[...]
        let parts = text.split(separator: ";").map { part in
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
            return (name: pieces[0].uppercased(), value: pieces.count > 1 ? pieces[1] : "")
        }
        guard let kind = parts.first(where: { $0.name == "FREQ" })?.value.uppercased(), let name = ["ONCE": "AT", "CRON": "EXPR"][kind]
        else {
            return nil
        }
        guard parts.count == 2, let value = parts.first(where: { $0.name == name })?.value, !value.isEmpty else {
            let example = kind == "ONCE" ? "FREQ=ONCE;AT=2026-11-20T09:00:00Z" : "FREQ=CRON;EXPR=30 9 * * 1-5"
            throw ScheduleError(.invalid, "\(rule.quoted) needs \(name) and nothing else beside FREQ=\(kind), as in '\(example)'")
        }
        return kind == "ONCE" ? ScheduleText(at: value, zone: zone) : ScheduleText(cron: value, zone: zone, start: start)
    }

    private static func trimmed(_ text: Substring) -> String {
        let blanks: Set<Character> = [" ", "\t"]
        var text = text.drop(while: blanks.contains)
        while let last = text.last, blanks.contains(last) { text.removeLast() }
        return String(text)
    }
}
