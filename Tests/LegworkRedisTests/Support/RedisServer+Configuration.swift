import LegworkRedis
import TestPrograms

extension RedisServer {
    /// Where this Redis is.
    func configuration(_ change: (inout RedisConfiguration) -> Void = { _ in }) -> RedisConfiguration {
        var configuration = RedisConfiguration(.unix(path: socket), commandTimeout: .seconds(60))
        change(&configuration)
        return configuration
    }
}
