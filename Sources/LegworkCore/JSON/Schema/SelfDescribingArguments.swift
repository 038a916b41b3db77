/// A type of arguments that says in words what its members are for. The words become the `description`s of a derived schema.
public protocol SelfDescribingArguments {
    /// A description for each member by its JSON name; members of members with a dot, as in `"limits.timeout"`. Arrays and dictionaries
    /// are passed through: `"files.path"` describes the `path` of each of the `files`.
    static var argumentDescriptions: [String: String] { get }
}
