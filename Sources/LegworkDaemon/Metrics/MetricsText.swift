import LegworkCore

/// Prometheus's text format, version 0.0.4. Pure.
///
/// The source of its rules is "Exposition formats" of the Prometheus documentation: one `HELP` and one `TYPE` line per name, all samples of a
/// name together, a line feed after the last line too.
struct MetricsText: Sendable {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What a number is.
    enum Kind: String, Sendable {
        /// It only grows.
        case counter
        /// It goes up and down.
        case gauge
    }

    /// A value, and the labels that tell it apart from others of its name.
    struct Sample<Value: Sendable>: Sendable {
        let labels: [(key: String, value: String)]
        let value: Value

        init(_ labels: KeyValuePairs<String, String>, _ value: Value) {
            self.labels = Array(labels)
            self.value = value
        }
    }

    private(set) var text = ""

    /// Adds one number.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) { add(name, kind, help, [Sample([:], value)]) }

    /// Adds numbers of one name, told apart by their labels.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample<Double>]) {
        guard !samples.isEmpty else { return }
        begin(name, kind.rawValue, help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    /// Adds histograms of one name.
    mutating func add(_ name: String, _ help: String, _ histograms: [Sample<DurationHistogram>]) {
        guard !histograms.isEmpty else { return }
        begin(name, "histogram", help)
        for sample in histograms {
            let (labels, histogram) = (sample.labels, sample.value)
            var count = 0
            for (index, bound) in DurationHistogram.bounds.enumerated() {
                count += histogram.counts[index]
                line(name + "_bucket", labels + [("le", Self.number(bound))], Double(count))
            }
            line(name + "_bucket", labels + [("le", "+Inf")], Double(histogram.count))
            line(name + "_sum", labels, histogram.sum)
            line(name + "_count", labels, Double(histogram.count))
        }
    }

    private mutating func begin(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [(key: String, value: String)], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.key)=\"\(Self.escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
        }
        text += " \(Self.number(value))\n"
    }

    /// In help texts backslashes and line feeds are escaped, in the values of labels quotes as well.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }
}
