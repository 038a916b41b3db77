import Glibc
import LegworkCore
import LegworkSQLite
import TestPrograms
import Testing

@Suite("Opening a store on SQLite")
struct OpeningTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("tasks.db") }

    init() throws { folder = try TemporaryFolder() }

    private func refusal(_ path: String) async -> StoreError? {
        do {
            await (try await SQLiteTaskStore.open(path: path)).close()
            return nil
        } catch {
            return error
        }
    }

    private func write(_ text: String, to path: String) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    private func read(_ path: String) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test("makes the folder and the files for this user only")
    func rights() async throws {
        let path = folder.file("a/b/tasks.db")
        let store = try await SQLiteTaskStore.open(path: path)
        #expect(mode(folder.file("a")) == 0o700)
        #expect(mode(folder.file("a/b")) == 0o700)
        for file in ["", "-wal", "-shm", ".lock"] { #expect(mode(path + file) == 0o600, "the mode of '\(file)'") }
        await store.close()
        #expect(mode(path + "-wal") == nil, "closing leaves one file")
    }

    @Test("opens without waiting too, by the short form")
    func shortForm() async throws {
        let store: any TaskStore = try .sqlite(path: path)
        let total = try await store.counts(.operator).total
        #expect(total == 0)
        await store.close()
    }

    @Test("makes a store of an empty file")
    func emptyFile() async throws {
        write("", to: path)
        #expect(await refusal(path) == nil)
        let surgery = try DatabaseSurgery(path: path)
        #expect(try surgery.integer("PRAGMA user_version") == 7)
        #expect(try surgery.integer("PRAGMA application_id") == 0x4c67_776b)
    }

    @Test("refuses a second store in the same process, however the path is spelt")
    func lockedInProcess() async throws {
        let store = try await SQLiteTaskStore.open(path: path)
        unsafe symlink(path, folder.file("link.db"))
        for spelling in [path, folder.file("./tasks.db"), folder.file("link.db")] {
            let error = await refusal(spelling)
            #expect(error?.code == .locked)
            #expect(error?.message.contains("\(getpid())") == true, "\(error?.message ?? "")")
        }
        await store.close()
        #expect(await refusal(path) == nil)
    }

    @Test("refuses a store that another process has open, and names that process")
    func lockedElsewhere() async throws {
        let path = path
        let store = try await SQLiteTaskStore.open(path: path)
        let lines = try await blocking {
            let crasher = try TestProgram("legwork-store-crasher", ["open", path])
            defer { crasher.finish() }
            return crasher.readLines()
        }
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("refused locked ") == true)
        #expect(lines.first?.contains("process \(getpid());") == true, "\(lines)")
        await store.close()

        let holder = try await blocking { () -> (Int32, String?) in
            let crasher = try TestProgram("legwork-store-crasher", ["hold", path])
            let line = crasher.readLine()
            let text: String?
            do {
                _ = try DatabaseSurgery(path: path)
                text = nil
            } catch let error as StoreError {
                text = error.message
            }
            crasher.finish()
            return (crasher.pid, line.flatMap { _ in text })
        }
        #expect(holder.1?.contains("process \(holder.0);") == true, "\(holder.1 ?? "")")
        #expect(await refusal(path) == nil)
    }

    @Test("refuses a newer schema, tells both numbers, and leaves the file as it is")
    func newerSchema() async throws {
        #expect(await refusal(path) == nil)
        try DatabaseSurgery(path: path).run("PRAGMA user_version = 99")
        let before = read(path)
        let error = await refusal(path)
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains("99") == true)
        #expect(error?.message.contains("up to 7") == true)
        #expect(read(path) == before)
    }

    @Test(
        "refuses what is no database, and leaves it as it is",
        arguments: ["hello", "SQLite format 3", String(repeating: "x", count: 5000)]
    )
    func noDatabase(_ text: String) async throws {
        write(text, to: path)
        let error = await refusal(path)
        #expect(error?.code == .damaged)
        #expect(read(path) == Array(text.utf8))
    }

    @Test("refuses a database that is cut or scribbled over", arguments: [100, 1000, 4096])
    func brokenDatabase(_ size: Int) async throws {
        #expect(await refusal(path) == nil)
        let whole = read(path)
        write(String(decoding: whole.prefix(16), as: UTF8.self) + String(repeating: "?", count: size), to: path)
        #expect(await refusal(path)?.code == .damaged)
    }

    @Test("refuses a database of another program, and leaves it as it is")
    func foreignDatabase() async throws {
        try DatabaseSurgery(path: path).run("CREATE TABLE notes (text)")
        let before = read(path)
        let error = await refusal(path)
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("another program") == true)
        #expect(read(path) == before)
    }

    @Test("refuses paths that cannot be a store", arguments: ["", "/", "/tmp/", "/dev/null", "/proc/nowhere/tasks.db"])
    func badPaths(_ path: String) async throws {
        let error = await refusal(path)
        #expect([.invalid, .unavailable, .readOnly].contains(error?.code), "\(String(describing: error))")
    }

    @Test("refuses a link that leads nowhere")
    func danglingLink() async throws {
        unsafe symlink(folder.file("nowhere.db"), path)
        #expect(await refusal(path)?.code == .unavailable)
        #expect(mode(folder.file("nowhere.db")) == nil)
    }

    @Test("refuses a folder that is a file, or a file that is a folder")
    func confusedPaths() async throws {
        write("x", to: folder.file("file"))
        #expect(await refusal(folder.file("file/tasks.db"))?.code == .unavailable)
        #expect(await refusal(folder.path)?.code == .unavailable)
    }

    @Test("refuses a folder or a file that may not be written to, and says so")
    func readOnly() async throws {
        let path = path
        #expect(await refusal(path) == nil)
        chmod(folder.path, 0o755)
        // Root may write everywhere, so the attempt is somebody else's.
        let mode = getuid() == 0 ? "open-as-nobody" : "open"
        for (name, rights) in [("tasks.db", mode_t(0o444)), ("none.db", 0o444)] {
            chmod(path, rights)
            chmod(folder.path, 0o555)
            let file = folder.file(name)
            let lines = try await blocking {
                let crasher = try TestProgram("legwork-store-crasher", [mode, file])
                defer { crasher.finish() }
                return crasher.readLines()
            }
            #expect(lines.first?.hasPrefix("refused readOnly ") == true, "\(lines)")
            chmod(folder.path, 0o755)
        }
    }
}
