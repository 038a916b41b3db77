// swift-tools-version: 6.2
import PackageDescription

// The strict settings, in one place. `Tests/LegworkCoreTests/ManifestTests.swift` checks that this compiler knows every name:
// a misspelt feature is ignored in silence.
let upcomingFeatures = [
    "ExistentialAny",
    "InternalImportsByDefault",
    "MemberImportVisibility",
    "InferIsolatedConformances",
    "NonisolatedNonsendingByDefault",
    "ImmutableWeakCaptures",
]

let strict: [SwiftSetting] = upcomingFeatures.map { .enableUpcomingFeature($0) } + [.treatAllWarnings(as: .error)]

/// For the targets that touch C: every unsafe expression is marked.
let strictMemory: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "legwork",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Legwork", targets: ["Legwork"]),
        .library(name: "LegworkCore", targets: ["LegworkCore"]),
        .library(name: "LegworkSQLite", targets: ["LegworkSQLite"]),
        .library(name: "LegworkRedis", targets: ["LegworkRedis"]),
        .library(name: "LegworkCommands", targets: ["LegworkCommands"]),
        .library(name: "LegworkAgents", targets: ["LegworkAgents"]),
        .library(name: "LegworkChannels", targets: ["LegworkChannels"]),
        .library(name: "LegworkMCP", targets: ["LegworkMCP"]),
        .library(name: "LegworkTestKit", targets: ["LegworkTestKit"]),
        .library(name: "LegworkStoreConformance", targets: ["LegworkStoreConformance"]),
        .library(name: "LegworkChannelConformance", targets: ["LegworkChannelConformance"]),
        .executable(name: "legwork", targets: ["legwork"]),
    ],
    targets: [
        // C libraries. Exactly one Swift target imports each.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CLibevent",
            pkgConfig: "libevent_pthreads",
            providers: [.apt(["libevent-dev"]), .brew(["libevent"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]
        ),
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
        ),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
        // Without pkg-config, whose answers for these have flags that the package manager warns of at every build.
        .systemLibrary(name: "CStrophe", providers: [.apt(["libstrophe-dev"]), .brew(["libstrophe"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),

        // Ground: the words and the rules.
        .target(name: "LegworkCore", swiftSettings: strict),
        .target(name: "LegworkTestKit", dependencies: ["LegworkCore"], swiftSettings: strict),
        .target(name: "LegworkStoreConformance", dependencies: ["LegworkCore"], swiftSettings: strict),
        .target(name: "LegworkChannelConformance", dependencies: ["LegworkCore"], swiftSettings: strict),

        // Engine room.
        .target(name: "LegworkEventLoop", dependencies: ["LegworkCore", "CLibevent", "CLinux"], swiftSettings: strictMemory),
        .target(name: "LegworkSQLite", dependencies: ["LegworkCore", "CSQLite"], swiftSettings: strictMemory),
        .target(name: "LegworkRedis", dependencies: ["LegworkCore", "CHiredis"], swiftSettings: strictMemory),
        .target(name: "LegworkXMPP", dependencies: ["LegworkCore", "CStrophe"], swiftSettings: strictMemory),
        .target(
            name: "LegworkCommands",
            dependencies: ["LegworkCore", "LegworkEventLoop"],
            swiftSettings: strictMemory
        ),
        .target(name: "Legwork", dependencies: ["LegworkCore"], swiftSettings: strict),

        // Doors.
        .target(
            name: "LegworkHTTP",
            dependencies: ["LegworkCore", "LegworkEventLoop", "CCurl", "COpenSSL"],
            swiftSettings: strictMemory
        ),
        .target(
            name: "LegworkAgents",
            dependencies: ["LegworkCore", "LegworkEventLoop", "LegworkHTTP", "LegworkCommands"],
            swiftSettings: strict
        ),
        .target(
            name: "LegworkChannels",
            dependencies: ["LegworkCore", "LegworkEventLoop", "LegworkHTTP", "LegworkCommands", "LegworkRedis", "LegworkXMPP"],
            swiftSettings: strict
        ),
        .target(name: "LegworkMCP", dependencies: ["LegworkCore", "Legwork"], swiftSettings: strict),
        .target(name: "LegworkFixtures", dependencies: ["LegworkCore", "LegworkMCP"], swiftSettings: strict),
        .target(
            name: "LegworkDaemon",
            dependencies: [
                "LegworkCore", "Legwork", "LegworkSQLite", "LegworkCommands", "LegworkEventLoop", "LegworkHTTP", "LegworkMCP",
                "LegworkAgents", "LegworkChannels", "LegworkFixtures",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LegworkCLI",
            dependencies: ["LegworkCore", "Legwork", "LegworkDaemon", "LegworkEventLoop", "LegworkHTTP", "LegworkMCP"],
            swiftSettings: strict
        ),
        .executableTarget(name: "legwork", dependencies: ["LegworkCLI"], swiftSettings: strict),

        .executableTarget(
            name: "legwork-bench",
            dependencies: [
                "LegworkCore", "Legwork", "LegworkSQLite", "LegworkHTTP", "LegworkEventLoop", "LegworkDaemon", "LegworkCLI",
            ],
            path: "Benchmarks/legwork-bench",
            swiftSettings: strict
        ),

        // What has to stand any bytes. The fuzzer's program is added below.
        .target(
            name: "LegworkFuzz",
            dependencies: ["LegworkCore", "LegworkHTTP", "LegworkMCP"],
            path: "Fuzz/LegworkFuzz",
            swiftSettings: strict
        ),

        // Examples: the tests run them.
        .executableTarget(
            name: "example-chat-bot",
            dependencies: ["Legwork", "LegworkCore"],
            path: "Examples/chat-bot",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "example-agent-team",
            dependencies: ["Legwork", "LegworkCore"],
            path: "Examples/agent-team",
            swiftSettings: strict
        ),

        // Helpers of the tests: small programs that are killed, starved or refused on purpose.
        .executableTarget(
            name: "legwork-store-crasher",
            dependencies: ["LegworkCore", "LegworkSQLite"],
            path: "Tests/Support/legwork-store-crasher",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "legwork-task-crasher",
            dependencies: ["LegworkCore", "Legwork", "LegworkSQLite", "LegworkTestKit"],
            path: "Tests/Support/legwork-task-crasher",
            swiftSettings: strict
        ),
        .target(
            name: "TestPrograms",
            dependencies: ["LegworkCore", "LegworkTestKit"],
            path: "Tests/Support/TestPrograms",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "legwork-schedule-printer",
            dependencies: ["LegworkCore"],
            path: "Tests/Support/legwork-schedule-printer",
            swiftSettings: strict
        ),

        .testTarget(name: "LegworkCoreTests", dependencies: ["LegworkCore", "LegworkTestKit"], swiftSettings: strict),
        .testTarget(
            name: "LegworkTests",
            dependencies: ["Legwork", "LegworkCore", "LegworkSQLite", "LegworkTestKit", "TestPrograms", "legwork-task-crasher"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkStoreTests",
            dependencies: [
                "LegworkCore", "LegworkSQLite", "LegworkStoreConformance", "LegworkTestKit", "TestPrograms", "legwork-store-crasher",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkRedisTests",
            dependencies: ["LegworkCore", "Legwork", "LegworkRedis", "LegworkSQLite", "LegworkTestKit", "TestPrograms"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkCommandsTests",
            dependencies: ["LegworkCore", "LegworkCommands", "LegworkEventLoop", "LegworkTestKit", "TestPrograms"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkHTTPTests",
            dependencies: ["LegworkCore", "LegworkHTTP", "LegworkEventLoop", "LegworkTestKit"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkAgentsTests",
            dependencies: [
                "LegworkCore", "LegworkAgents", "LegworkCommands", "LegworkEventLoop", "LegworkHTTP", "LegworkTestKit", "TestPrograms",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkChannelsTests",
            dependencies: [
                "LegworkCore", "LegworkChannels", "LegworkChannelConformance", "LegworkEventLoop", "LegworkHTTP", "LegworkRedis",
                "LegworkXMPP", "LegworkTestKit", "TestPrograms",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LegworkMCPTests",
            dependencies: ["LegworkCore", "Legwork", "LegworkMCP", "LegworkFixtures", "LegworkTestKit"],
            swiftSettings: strict
        ),
        .testTarget(name: "FuzzCorpusTests", dependencies: ["LegworkFuzz"], swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["LegworkCore", "Legwork", "LegworkCLI", "LegworkDaemon", "LegworkHTTP", "LegworkTestKit", "legwork"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)

// It has no `main` but that of the fuzzer's own runtime, so it is there for `make fuzz` only.
if Context.environment["LEGWORK_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(name: "legwork-fuzz", dependencies: ["LegworkFuzz"], path: "Fuzz/legwork-fuzz", swiftSettings: strict)
    )
}
