package import LegworkCore
import LegworkEventLoop

/// A variable in the environment of every command, by which the processes it starts can be told from others, wherever they have gone.
package enum CommandMarker {
    /// The variable's name.
    package static let variable = "LEGWORK_COMMAND"

    /// A value that no other command has: `<task id>.<attempt>.<random number>`.
    package static func value(task: TaskID, attempt: Int) -> String {
        "\(task).\(attempt).\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    /// The value that a process was started with.
    static func value(of pid: Int32) -> String? {
        ProcessTable.variable(variable, of: pid)
    }
}
