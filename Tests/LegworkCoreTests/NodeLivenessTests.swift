import LegworkCore
import Testing

@Suite("Whether a node lives")
struct NodeLivenessTests {
    private let here = NodeOrigin(host: "build-1.example", machine: 7, boot: 8, namespace: 9, pid: 100, startTime: 1000)

    private func judge(_ sighting: ProcessSighting = .absent, _ change: (inout NodeOrigin) -> Void) -> NodeLiveness {
        var there = here
        there.pid = 200
        there.startTime = 2000
        change(&there)
        return NodeLiveness.of(there, seenFrom: here) { $0 == there.pid ? sighting : .running(startTime: 1) }
    }

    @Test("is seen by pid and start time on the same machine")
    func samePlace() {
        #expect(judge(.running(startTime: 2000)) { _ in } == .alive)
        #expect(judge(.running(startTime: 2001)) { _ in } == .gone)
        #expect(judge(.absent) { _ in } == .gone)
        #expect(judge(.hidden) { _ in } == .unknown)
    }

    @Test("is known when the machine has started again since")
    func rebooted() {
        #expect(judge(.running(startTime: 2000)) { $0.boot = 88 } == .gone)
        #expect(judge { ($0.boot, $0.namespace) = (88, 99) } == .gone)
    }

    @Test("is not known of another machine, another container, or a machine without an id")
    func elsewhere() {
        #expect(judge { ($0.machine, $0.boot) = (77, 88) } == .unknown)
        #expect(judge { $0.namespace = 99 } == .unknown)
        let nameless = NodeOrigin(host: "", machine: 0, boot: 8, namespace: 9, pid: 1, startTime: 1)
        var other = nameless
        other.boot = 88
        #expect(NodeLiveness.of(other, seenFrom: nameless) { _ in .absent } == .unknown)
        for name in ["node_z3k9", "node_a_b_c_d_e_f_g", "node_h_1_1_1_0_1_x", "node_h_1_1_1_5_1_x_y", "worker-5", ""] {
            #expect(NodeOrigin(NodeID(name)) == nil)
            #expect(NodeLiveness.of(NodeID(name)) == .unknown)
        }
    }

    @Test("is told by a name that fits every column and header")
    func names() throws {
        let node = NodeID(here.name(ending: "xyz"))
        #expect(node.name == "node_build-1.example_7_8_9_100_rs_xyz")
        #expect(NodeOrigin(node) == here)
        let odd = NodeOrigin(
            host: "zwölf_\n mal" + String(repeating: "x", count: 100),
            machine: .max,
            boot: .max,
            namespace: .max,
            pid: .max,
            startTime: .max
        )
        let name = odd.name(ending: String(UInt64.max, radix: 36))
        #expect(name.utf8.count <= 120)
        #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        let read = try #require(NodeOrigin(NodeID(name)))
        #expect(read.boot == odd.boot && read.pid == odd.pid && read.startTime == odd.startTime)
    }

    @Test("is read from /proc, whatever a program calls itself")
    func stat() {
        let rest = "0 -1 4194304 900 0 0 0 12 3 0 0 20 0"
        #expect(ProcessSighting(stat: "42 (a) S 1 (b) S 1 42 42 \(rest) 5 0 98765 100 200") == .running(startTime: 98765))
        #expect(ProcessSighting(stat: "42 (legwork) Z 1 42 42 \(rest) 1 0 98765 0 0\n") == .absent)
        // Its first thread has ended, the others go on.
        #expect(ProcessSighting(stat: "42 (legwork) Z 1 42 42 \(rest) 9 0 98765 0 0") == .running(startTime: 98765))
        for text in ["", "42 legwork S", "42 (legwork) S 1 2 3", "42 (x) S 1 42 42 \(rest) 5 0 soon 1 1"] {
            #expect(ProcessSighting(stat: text) == nil)
        }
    }

    @Test("is seen of this process and its like")
    func thisProcess() throws {
        let mine = NodeID.ofThisProcess()
        #expect(mine != NodeID.ofThisProcess())
        let origin = try #require(NodeOrigin(mine))
        #expect(NodeLiveness.of(mine) == .alive)
        var earlier = origin
        earlier.startTime -= 1
        #expect(NodeLiveness.of(NodeID(earlier.name(ending: "x"))) == .gone)
        var nobody = origin
        // Beyond the largest pid that Linux gives.
        nobody.pid = .max
        #expect(NodeLiveness.of(NodeID(nobody.name(ending: "x"))) == .gone)
    }
}
