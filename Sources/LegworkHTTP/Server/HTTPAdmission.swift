/// What a request was let in with, such as a token: the handler reads from it who asks.
public protocol HTTPCredential: Sendable {
    /// Whether it still lets anybody in. When it no longer does, requests that are being answered are cut off: the server asks at every
    /// tick of its clock, and whenever ``HTTPServer/closeInvalid()`` is called. Asked on the loop; must be quick.
    var isValid: Bool { get }
}

/// What becomes of a request by what its head says.
public enum HTTPAdmission: Sendable {
    /// It is let in. The handler finds the credential in the request.
    case admitted(any HTTPCredential)
    /// It is let in as whoever its connection's peer is.
    case trusted
    /// It is turned away, and its connection closes.
    case refused(HTTPRejection)
}
