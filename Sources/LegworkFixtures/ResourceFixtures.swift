import LegworkCore
import LegworkMCP

/// Resources of each kind.
enum ResourceFixtures {
    static let resources = [
        MCPResource(
            uri: "test://static-text",
            name: "static-text",
            title: "Static text",
            description: "A text that stays as it is.",
            mimeType: "text/plain"
        ) { _ in .text("This is the content of the static text resource.") },
        MCPResource(
            uri: "test://static-binary",
            name: "static-binary",
            title: "Static picture",
            description: "A picture that stays as it is.",
            mimeType: "image/png"
        ) { _ in .bytes(Samples.picture, mimeType: "image/png") },
        MCPResource(
            uri: "test://watched-resource",
            name: "watched-resource",
            title: "Watched text",
            description: "A text to subscribe to.",
            mimeType: "text/plain"
        ) { _ in .text("Watched resource content") },
    ]

    static let templates = [
        MCPResourceTemplate(
            pattern: "test://template/{id}/data",
            name: "template",
            title: "Data by id",
            description: "Data that names the id it was asked for.",
            mimeType: "application/json"
        ) { values, _ in
            let id = values["id"] ?? ""
            let data: JSONValue = ["id": .string(id), "templateTest": true, "data": .string("Data for ID: \(id)")]
            return .text(data.json(), mimeType: "application/json")
        }
    ]
}
