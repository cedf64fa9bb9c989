/// The style sheet inside a picture: it follows the light or dark theme of who looks at it.
///
/// Inside a page, the page decides: any of `--gud-paper`, `--gud-ink`, `--gud-muted`, `--gud-grid`, `--gud-c0` … `--gud-c5`
/// that it defines takes precedence.
enum StyleSheet {
    static let text: String = {
        let names = ["paper", "ink", "muted", "grid"] + Theme.light.categories.indices.map { "c\($0)" }
        func variables(_ theme: Theme) -> String {
            let colors = [theme.paper, theme.ink, theme.muted, theme.grid] + theme.categories
            return zip(names, colors).map { "--p-\($0):var(--gud-\($0),\($1.hex))" }.joined(separator: ";")
        }
        let rules = names.map { name in
            ".gud-plot .gud-fill-\(name){fill:var(--p-\(name))}.gud-plot .gud-stroke-\(name){stroke:var(--p-\(name))}"
        }
        let dark = "@media (prefers-color-scheme:dark){.gud-plot{\(variables(.dark))}}"
        return ([".gud-plot{\(variables(.light))}", dark] + rules).joined(separator: " ")
    }()
}
