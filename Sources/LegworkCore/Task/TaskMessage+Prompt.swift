extension TaskMessage {
    /// The message as a block that can be put into the prompt of a model:
    ///
    /// ```
    /// <message from="worker-1" task="task_…" id="msg_…">
    /// The build is done.
    /// </message>
    /// ```
    ///
    /// `&`, `<` and `>` of what was sent, and quotes and control characters in attributes, are escaped, so that no content can close the block
    /// and pose as something else. The block says who sent the content; whether to believe it is the reader's affair.
    ///
    /// - Parameter limit: the most bytes of content; what is longer is cut and marked.
    public func promptBlock(limit: Int = 16 << 10) -> String {
        var head = "<message"
        if let name = sender.name { head += " from=\"\(PromptText.attribute(name))\"" }
        if let task = sender.task { head += " task=\"\(task)\"" }
        head += " id=\"\(PromptText.attribute(id.text))\">"
        return head + "\n" + PromptText.escaped(text.truncated(toBytes: limit)) + "\n</message>"
    }
}
