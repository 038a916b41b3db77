extension JSONSchemaCheck {
    mutating func apply(_ objects: JSONSchemaRule.Objects, to object: JSONObject) {
        if object.count < objects.count.lowerBound {
            report("must have at least \(Self.counted(objects.count.lowerBound, "member")), has \(object.count)")
        }
        if object.count > objects.count.upperBound {
            report("must have at most \(Self.counted(objects.count.upperBound, "member")), has \(object.count)")
        }
        applyRequired(objects.required, to: object)
        guard !objects.properties.isEmpty || objects.others != nil || objects.longestName < Int.max else { return }
        for member in object.members {
            guard spend(1) else { return }
            if member.key.utf8.count > objects.longestName, member.key.unicodeScalars.count > objects.longestName {
                report(member: member.key, "the name must have at most \(Self.counted(objects.longestName, "character"))")
            }
            if let rule = objects.properties[member.key] {
                apply(rule, toMember: member.key, member.value)
            } else if let others = objects.others {
                if others.types.isEmpty {
                    report(member: member.key, Self.unknown(member.key, known: objects.names))
                } else {
                    apply(others, toMember: member.key, member.value)
                }
            }
        }
    }

    private mutating func applyRequired(_ required: [String], to object: JSONObject) {
        guard !required.isEmpty, spend((required.count + object.count) >> 4) else { return }
        // Looking through the members for each name is fastest while both are few.
        let keys = required.count * object.count > 256 ? Set(object.keys) : nil
        for name in required {
            if !(keys.map { $0.contains(name) } ?? (object[name] != nil)) { report(member: name, "missing") }
        }
    }

    private static func unknown(_ name: String, known: [String]) -> String {
        guard !known.isEmpty else { return "unknown member; none are known" }
        let listed = known.prefix(20).map { $0.shortened(to: 40) }.joined(separator: ", ") + (known.count > 20 ? ", …" : "")
        let suggestion = Suggestion.nearest(to: name, in: known).map { " (did you mean '\($0)'?)" } ?? ""
        return "unknown member; known are \(listed)\(suggestion)"
    }
}
