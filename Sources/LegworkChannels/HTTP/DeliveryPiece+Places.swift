import LegworkCore

extension DeliveryPiece {
    /// What a fault of the place means: where a redirect named the place, it is that delivery's fault and not the channel's.
    func fault(ofPlace code: ChannelError.Code) -> ChannelError.Code { target == nil ? code : .rejected }

    /// The message.
    ///
    /// - Throws: ``ChannelError`` where there is none, as for a document.
    func requireMessage() throws(ChannelError) -> FormattedMessage {
        guard let message else { throw ChannelError(.rejected, "there is no message to send") }
        return message
    }

    /// Refuses what is for a place of a channel that has only one.
    func refuseTarget(_ platform: String) throws(ChannelError) {
        if target != nil { throw ChannelError(.rejected, "\(platform) has only the place that its URL leads to; leave the target out") }
    }

    /// What a redirect named is no place there.
    func wrongTarget(_ expected: String) -> ChannelError {
        ChannelError(fault(ofPlace: .misconfigured), "the place must be \(expected)")
    }
}
