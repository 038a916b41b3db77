// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "mcp-stdio-server",
    platforms: [.macOS(.v26)],
    dependencies: [
        // In a package of your own: .package(url: "…/legwork", from: "0.1.0")
        .package(name: "legwork", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "mcp-stdio-server",
            dependencies: [.product(name: "Legwork", package: "legwork"), .product(name: "LegworkMCP", package: "legwork")]
        )
    ]
)
