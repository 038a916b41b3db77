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

    /// An environment of `NAME=value` with the mark, and without any other: this process may itself run within a command.
    static func mark(_ environment: [String], _ value: String) -> [String] {
        environment.filter { !$0.hasPrefix("\(variable)=") } + ["\(variable)=\(value)"]
    }

    /// What a process was started with.
    static func look(at pid: Int32) -> ProcessTable.Variable {
        ProcessTable.variable(variable, of: pid)
    }
}
