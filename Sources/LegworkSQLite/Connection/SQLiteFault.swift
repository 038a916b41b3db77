import CSQLite
import Glibc
import LegworkCore

/// What SQLite answered instead of doing what it was asked to; stands beneath a ``StoreError``.
struct SQLiteFault: Error, Hashable, CustomStringConvertible {
    /// SQLite's extended result code.
    let code: Int32
    /// The system's error number that belongs to it, 0 when there is none.
    let systemError: Int32
    /// SQLite's own words.
    let text: String

    var description: String {
        systemError == 0 ? "SQLite error \(code): \(text)" : "SQLite error \(code), system error \(systemError): \(text)"
    }

    /// What the system says when there is no room: on the disk, for this user, or in a file of this size.
    static let noRoom: Set<Int32> = [ENOSPC, EDQUOT, EFBIG]

    private var primaryCode: Int32 { code & 0xff }
    /// `SQLITE_IOERR_WRITE`, a macro that Swift cannot see.
    private static let cannotWrite = SQLITE_IOERR | 3 << 8

    /// The error as users of the store see it.
    func storeError(path: String) -> StoreError {
        switch primaryCode {
        case SQLITE_FULL:
            full(path)
        case SQLITE_IOERR where Self.noRoom.contains(systemError):
            full(path)
        case SQLITE_IOERR where code == Self.cannotWrite:
            // A full disk is told apart by SQLite, a used-up quota or size limit only by the system's error, which a commit does not keep.
            StoreError(
                .full,
                """
                the store '\(path)' cannot be written (\(text)): probably there is no room left within the user's quota or the limit on \
                file sizes; make room, look whether the disk is in order, and try again
                """,
                underlying: self
            )
        case SQLITE_READONLY:
            StoreError(
                .readOnly,
                "the store '\(path)' may only be read; give this user the right to write to the file and its folder",
                underlying: self
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            StoreError(
                .damaged,
                "the store '\(path)' is damaged (\(text)); stop the daemon and try `sqlite3 '\(path)' .recover`, or move the file away",
                underlying: self
            )
        case SQLITE_BUSY, SQLITE_LOCKED:
            StoreError(
                .unavailable,
                "another program holds a lock on the store '\(path)'; close whatever else has the file open, and try again",
                underlying: self
            )
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            StoreError(.unavailable, "the store '\(path)' cannot be opened; check the path and the rights of its folder", underlying: self)
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH:
            StoreError(.invalid, "the store cannot record this: \(text)", underlying: self)
        default:
            StoreError(.unavailable, "the store '\(path)' did not answer: \(self)", underlying: self)
        }
    }

    private func full(_ path: String) -> StoreError {
        StoreError(.full, "there is no room left for the store '\(path)'; free some space, and try again", underlying: self)
    }
}
