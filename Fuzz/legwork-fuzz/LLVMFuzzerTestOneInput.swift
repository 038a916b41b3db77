import Glibc
import LegworkFuzz

/// Tries one input. The fuzzer's runtime, which has the program's `main`, calls it by this name.
@c
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    do throws(FuzzFailure) {
        try ChosenTarget.target.attempt(Array(UnsafeBufferPointer(start: data, count: size)))
    } catch {
        print("\(ChosenTarget.target.name): \(error.message)")
        fflush(nil)
        // What the runtime takes for a crash.
        abort()
    }
    return 0
}
