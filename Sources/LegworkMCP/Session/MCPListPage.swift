/// One page of a list that stays as it is while the server runs, such as that of the prompts. Pure.
///
/// A cursor is opaque to clients: the list's mark and a place. That of another list, or of nothing, is refused.
struct MCPListPage<Element> {
    /// What is on the page.
    let elements: ArraySlice<Element>
    /// Where the next page begins; nil at the end.
    let next: String?

    /// - Parameters:
    ///   - list: all of it.
    ///   - cursor: what the client sent; nil for the first page.
    ///   - mark: the character that cursors of this list begin with.
    ///   - size: the most elements on a page.
    init(of list: [Element], from cursor: String?, mark: Character, size: Int) throws(MCPError) {
        var start = 0
        if let cursor {
            guard cursor.first == mark, let place = Int(cursor.dropFirst()), place > 0, place < list.count else { throw .unknownCursor }
            start = place
        }
        elements = list[start...].prefix(size)
        next = elements.endIndex < list.count ? "\(mark)\(elements.endIndex)" : nil
    }
}

extension MCPError {
    /// The answer to a cursor that no list gave; an empty one is none of ours either.
    static let unknownCursor = MCPError(.invalidParams, "the cursor is none of ours; leave it out to begin at the beginning")
}
