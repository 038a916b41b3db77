import FoundationEssentials
import Synchronization

/// The system's database of time zones, each read once.
public final class TimeZoneDatabase: Sendable {
    /// The database of this machine: where `TZDIR` says, or where systems have it.
    public static let system = TimeZoneDatabase(
        folders: (ProcessInfo.processInfo.environment["TZDIR"].map { [$0] } ?? [])
            + ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo", "/var/db/timezone/zoneinfo"]
    )

    /// The longest name, in UTF-8 bytes.
    public static let maximumIdentifierBytes = 64
    private static let maximumFileBytes = 1 << 18
    /// Names of UTC, which are there without a database.
    private static let universal: Set<String> = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z"]

    private let folders: [String]
    private let known: Lock<[String: TimeZoneRules]> = Lock([:])

    /// Makes a database of folders, which are looked through in order.
    package init(folders: [String]) { self.folders = folders }

    /// The rules of a zone.
    ///
    /// - Throws: ``ScheduleError/Code/unknownZone``.
    public func zone(_ identifier: String) throws(ScheduleError) -> TimeZoneRules {
        if Self.universal.contains(identifier) { return .utc }
        if let zone = known.withLock({ $0[identifier] }) { return zone }
        guard Self.isValid(identifier) else { throw Self.unknown(identifier) }
        for folder in folders {
            guard let file = Self.read("\(folder)/\(identifier)"),
                let zone = TimeZoneRules(identifier: identifier, file: file)
            else { continue }
            known.withLock { $0[identifier] = zone }
            return zone
        }
        throw Self.unknown(identifier)
    }

    /// The name of this machine's zone: what `TZ` says, or where `/etc/localtime` leads; `UTC` when neither is known.
    public func localIdentifier() -> String {
        var candidates: [String] = []
        if let variable = ProcessInfo.processInfo.environment["TZ"] {
            candidates.append(String(variable.drop { $0 == ":" }))
        } else if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/etc/localtime"),
            let folder = path.firstRange(of: "zoneinfo/")
        {
            candidates.append(String(path[folder.upperBound...]))
        }
        return candidates.first { (try? zone($0)) != nil }.map { Self.universal.contains($0) ? "UTC" : $0 } ?? "UTC"
    }

    /// Whether a name can be one of the database, and leads nowhere else.
    private static func isValid(_ identifier: String) -> Bool {
        (1...maximumIdentifierBytes).contains(identifier.utf8.count)
            && identifier.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"),
                            UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
                            true
                        default: false
                        }
                    }
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= maximumFileBytes else { return nil }
        return Array(data)
    }

    private static func unknown(_ identifier: String) -> ScheduleError {
        ScheduleError(
            .unknownZone,
            """
            there is no time zone \(identifier.quoted) here; use a name of the IANA database such as 'Europe/Berlin' or 'UTC' \
            (the system's package 'tzdata' brings them)
            """
        )
    }
}
