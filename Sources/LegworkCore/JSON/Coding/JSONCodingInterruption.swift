/// An error of a type's own, with the place where it was thrown.
struct JSONCodingInterruption: Error {
    let path: JSONPath
    let underlying: any Error
}
