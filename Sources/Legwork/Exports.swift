@_exported public import LegworkCore
