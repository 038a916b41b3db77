import Glibc

/// The current date as HTTP writes it, made anew once a second.
package struct HTTPDate {
    private var second: time_t = 0
    private var text: [UInt8] = []

    mutating func now() -> [UInt8] {
        let current = time(nil)
        if current != second {
            second = current
            text = Self.text(of: current)
        }
        return text
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func text(of second: time_t) -> [UInt8] {
        var second = second
        var parts = unsafe tm()
        unsafe gmtime_r(&second, &parts)
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(unsafe parts.tm_wday)]
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Int(unsafe parts.tm_mon)]
        let date = "\(day), \(two(unsafe parts.tm_mday)) \(month) \(unsafe parts.tm_year + 1900)"
        let time = "\(two(unsafe parts.tm_hour)):\(two(unsafe parts.tm_min)):\(two(unsafe parts.tm_sec))"
        return Array("\(date) \(time) GMT".utf8)
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
