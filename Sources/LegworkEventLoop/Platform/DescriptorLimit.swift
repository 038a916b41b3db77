import Glibc

/// How many files, sockets and pipes this process may have open.
public enum DescriptorLimit {
    /// More than this are not asked for: some programs that inherit the limit walk through all numbers up to it.
    private static let most: rlim_t = 65_536

    /// Raises the limit as far as this user may. Connections and running commands need several descriptors each, and the usual limit of 1,024
    /// is there for programs that cannot count further.
    ///
    /// - Returns: the limit.
    @discardableResult
    public static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        let wanted = min(limit.rlim_max, most)
        if limit.rlim_cur < wanted {
            let before = limit.rlim_cur
            limit.rlim_cur = wanted
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
