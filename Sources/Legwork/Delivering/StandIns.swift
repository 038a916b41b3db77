import LegworkCore

extension ScheduleRecord {
    var redirects: [Redirect] {
        get { [] }
        set {}
    }
}
