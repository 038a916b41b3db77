import Glibc
import Legwork
import LegworkCore
import LegworkSQLite
import LegworkTestKit

/// A process that plays a scene with a manager, and kills itself before or after the n-th write of its store. It says each thing that it was
/// promised on its standard output, a line at a time and unbuffered, for the tests to compare with what the next process finds.
@main
enum TaskCrasher {
    static func main() async {
        await run(CommandLine.arguments)
    }

    // Main is bound to the main actor; the work is not.
    @concurrent
    private nonisolated static func run(_ arguments: [String]) async {
        guard arguments.count == 5, let play = Scene.plays[arguments[1]], let number = Int(arguments[4]) else {
            return say("usage: legwork-task-crasher \(Scene.plays.keys.sorted().joined(separator: "|")) PATH before|after NUMBER")
        }
        // Whatever hangs here shall not hang the tests.
        alarm(60)
        do {
            let death = Death(arguments[3] == "before" ? .before : .after, number)
            let inner = try await SQLiteTaskStore.open(path: arguments[2])
            let store = FaultyStore(inner) { operation, moment in death.hear(operation, moment) }
            try await play(Scene(store: store, outputs: arguments[2] + "-outputs"))
            await store.close()
            say("done")
        } catch {
            say("failed \(error)")
        }
    }

    /// Writes a line at once; a line is short enough not to mix with others.
    static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }
}

/// Says a line; see ``Scene`` for the words.
func say(_ text: String) { TaskCrasher.say(text) }
