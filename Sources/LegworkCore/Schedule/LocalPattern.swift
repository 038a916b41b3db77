/// Something that happens at certain local times, whatever the zone.
protocol LocalPattern {
    /// The first time at or after a local time; nil when there is none before ``CivilDate/horizon``.
    func next(from local: Int64) -> Int64?
}
