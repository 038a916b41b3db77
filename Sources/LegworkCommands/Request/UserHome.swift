import Glibc

/// Where commands start that say nothing else.
enum UserHome {
    /// `HOME`, or what the user database says, or the root directory.
    static var path: String {
        if let home = unsafe getenv("HOME") {
            let path = unsafe String(cString: home)
            if path.utf8.first == UInt8(ascii: "/") { return path }
        }
        return fromUserDatabase ?? "/"
    }

    private static var fromUserDatabase: String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 << 10) { buffer in
            var record = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let start = buffer.baseAddress, unsafe getpwuid_r(getuid(), &record, start, buffer.count, &found) == 0,
                unsafe found != nil, let home = unsafe record.pw_dir
            else { return nil }
            return unsafe String(cString: home)
        }
    }
}
