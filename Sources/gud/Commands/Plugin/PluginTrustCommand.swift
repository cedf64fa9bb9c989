import ArgumentParser
import Foundation
import GUDCore
import GUDPluginHost

struct PluginTrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Pin the SHA-256 of a plugin in gud.lock: another file of its id is then refused.",
        discussion: """
            A pin says that the file is the one that was looked at: that is integrity, not safety. The trial before the first use
            finds bugs; it keeps no attacker out. --isolated runs the plugin in a process of its own, whatever a configuration
            says; --unpinned decides about plugins that nobody has pinned.

            Example:
              gud plugin trust build/walsh.so
              gud plugin trust build/walsh.so --isolated
              gud plugin trust --unpinned refuse
              gud plugin trust --remove org.example.walsh
            """)

    @Argument(help: "A file, or the id of a plugin that is found.")
    var plugin: String?

    @Flag(help: "Run it in a process of its own.")
    var isolated = false

    @Option(help: ArgumentHelp("Take the pin of this id back.", valueName: "id"))
    var remove: String?

    @Option(help: ArgumentHelp("What happens to plugins without a pin: allow, isolate or refuse.", valueName: "policy"))
    var unpinned: String?

    @OptionGroup var plugins: PluginOptions

    func validate() throws {
        guard plugin != nil || remove != nil || unpinned != nil else {
            throw ValidationError("name a plugin to trust, or say --remove ID or --unpinned POLICY")
        }
        if let unpinned, TrustFile.UnpinnedPolicy(rawValue: unpinned) == nil {
            throw ValidationError("--unpinned \(unpinned): one of allow, isolate, refuse")
        }
    }

    func run() throws {
        var trust = try TrustFile.load()
        if let policy = unpinned.flatMap(TrustFile.UnpinnedPolicy.init) { trust.setUnpinnedPolicy(policy) }
        if let remove {
            guard trust.unpin(id: remove) else {
                throw RegistryError.unknownName(
                    kind: "pinned plugin", name: remove, suggestion: nearest(to: remove, among: Array(trust.pins.keys)),
                    known: trust.pins.keys.sorted())
            }
        }
        if let plugin {
            let record = try findPlugin(plugin, plugins)
            guard let description = record.description else {
                throw PluginError.refused(path: record.path, reason: record.statusText)
            }
            try trust.pin(
                id: description.id,
                .init(
                    sha256: record.sha256, version: description.version, isolated: isolated, path: record.path,
                    date: Date()))
            print("\(description.id) \(description.version)  \(record.sha256)\(isolated ? "  isolated" : "")")
        }
        try trust.save()
        Terminal.error("written: \(trust.path)")
    }
}
