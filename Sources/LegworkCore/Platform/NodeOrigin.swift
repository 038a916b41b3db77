/// Which process a node is, and where it runs. A pure value.
package struct NodeOrigin: Sendable, Hashable {
    /// What every node's name begins with.
    package static let marker = "node_"
    /// The most bytes of a host's name that are kept.
    package static let maximumHostLength = 32

    /// The host's name, for people.
    package var host: String
    /// A fingerprint of the machine and its host's name; 0 when there is none to be had.
    package var machine: UInt64
    /// Which start of the machine; no two machines have the same.
    package var boot: UInt64
    /// The namespace in which the pid counts.
    package var namespace: UInt64
    /// The process's number.
    package var pid: Int32
    /// When the process started, in ticks since the machine did. A pid may be given again; with its start time it is one process for good.
    package var startTime: UInt64

    /// Describes a process.
    package init(host: String, machine: UInt64, boot: UInt64, namespace: UInt64, pid: Int32, startTime: UInt64) {
        self.host = host
        self.machine = machine
        self.boot = boot
        self.namespace = namespace
        self.pid = pid
        self.startTime = startTime
    }

    /// Reads a node's name; nil for a name that does not say this.
    package init?(_ node: NodeID) {
        guard node.name.hasPrefix(Self.marker) else { return nil }
        let parts = node.name.dropFirst(Self.marker.count).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 7,
            let machine = UInt64(parts[1], radix: 36), let boot = UInt64(parts[2], radix: 36),
            let namespace = UInt64(parts[3], radix: 36), let pid = Int32(parts[4]), pid > 0,
            let startTime = UInt64(parts[5], radix: 36)
        else { return nil }
        self.init(host: String(parts[0]), machine: machine, boot: boot, namespace: namespace, pid: pid, startTime: startTime)
    }

    /// The name of a node in this process: `node_HOST_MACHINE_BOOT_NAMESPACE_PID_START_ENDING`, numbers but for the pid to base 36.
    package func name(ending: String) -> String {
        let host = self.host.utf8.prefix(Self.maximumHostLength).map { Self.isPlain($0) ? Character(UnicodeScalar($0)) : "-" }
        let numbers = [machine, boot, namespace].map { String($0, radix: 36) } + [String(pid), String(startTime, radix: 36), ending]
        return Self.marker + String(host) + "_" + numbers.joined(separator: "_")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
