import Glibc
import LegworkEventLoop

/// The descriptors between a command and this process: its input, and one pipe for all it writes, so that standard output and standard
/// error come in the order in which they were written.
struct CommandPipes: ~Copyable {
    /// What the command reads: a pipe, or the empty device.
    let childInput: Descriptor
    /// What the command writes to. It blocks, as programs expect.
    let childOutput: Descriptor
    private let input: Descriptor?
    private let output: Descriptor

    /// Opens them.
    init(hasInput: Bool) throws(SystemError) {
        let out = try Self.pipe(nonblocking: { $0.read })
        let inside: Ends
        do throws(SystemError) {
            inside = hasInput ? try Self.pipe(nonblocking: { $0.write }) : (try Self.emptyDevice(), -1)
        } catch {
            close(out.read)
            close(out.write)
            throw error
        }
        childInput = Descriptor(owning: inside.read)
        input = inside.write < 0 ? nil : Descriptor(owning: inside.write)
        output = Descriptor(owning: out.read)
        childOutput = Descriptor(owning: out.write)
    }

    private typealias Ends = (read: Int32, write: Int32)

    /// A pipe, only this process's end of which is non-blocking.
    private static func pipe(nonblocking end: (Ends) -> Int32) throws(SystemError) -> Ends {
        let ends = try Descriptor.pipe()
        do throws(SystemError) {
            try Descriptor.setNonblocking(end(ends))
        } catch {
            close(ends.read)
            close(ends.write)
            throw error
        }
        return ends
    }

    private static func emptyDevice() throws(SystemError) -> Int32 {
        let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw .last("open /dev/null") }
        return number
    }

    /// Closes the command's ends, which it has by now, and hands out the others.
    consuming func parentSide(input text: String?, output collector: OutputCollector, loop: EventLoop) -> (OutputReader, InputFeeder?) {
        let reader = OutputReader(output, into: collector, loop: loop)
        guard let text, let input else { return (reader, nil) }
        return (reader, InputFeeder(text, into: input, loop: loop))
    }
}
