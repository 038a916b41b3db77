import Glibc
import LegworkFuzz

/// The target that the environment names: the fuzzer's runtime has the words of the command line for itself.
enum ChosenTarget {
    static let target: FuzzTarget = {
        let name = getenv("LEGWORK_FUZZ").map { String(cString: $0) } ?? ""
        if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
        print("LEGWORK_FUZZ has to name a target: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
        exit(2)
    }()
}
