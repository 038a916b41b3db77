import FoundationEssentials
import Glibc
import LegworkCLI

@main
enum Program {
    static func main() async {
        exit(await CLI.main(Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment))
    }
}
