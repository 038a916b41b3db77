package import LegworkEventLoop

/// The processes of the machine at about one moment, arranged for questions about families.
package struct ProcessSnapshot: Sendable {
    private let byPid: [Int32: ProcessTable.Entry]
    private let byParent: [Int32: [Int32]]
    private let bySession: [Int32: [Int32]]
    private let byMarker: [String: [Int32]]
    /// Whose mark could not be seen.
    let undecided: [ProcessTable.Entry]

    /// Arranges entries.
    ///
    /// - Parameter marker: the ``CommandMarker`` in a process's environment, where it is worth a look.
    package init(_ entries: [ProcessTable.Entry], marker: (ProcessTable.Entry) -> ProcessTable.Variable = { _ in .absent }) {
        byPid = Dictionary(entries.map { ($0.pid, $0) }, uniquingKeysWith: { _, last in last })
        byParent = Dictionary(grouping: byPid.values, by: \.parent).mapValues { $0.map(\.pid) }
        bySession = Dictionary(grouping: byPid.values, by: \.session).mapValues { $0.map(\.pid) }
        var byMarker: [String: [Int32]] = [:]
        var undecided: [ProcessTable.Entry] = []
        for entry in byPid.values {
            switch marker(entry) {
            case .value(let marker): byMarker[marker, default: []].append(entry.pid)
            case .notYetKnown: undecided.append(entry)
            case .absent: break
            }
        }
        self.byMarker = byMarker
        self.undecided = undecided
    }

    subscript(_ pid: Int32) -> ProcessTable.Entry? { byPid[pid] }

    func children(of pid: Int32) -> [Int32] { byParent[pid] ?? [] }

    func session(_ leader: Int32) -> [Int32] { bySession[leader] ?? [] }

    func marked(_ marker: String) -> [Int32] { byMarker[marker] ?? [] }
}
