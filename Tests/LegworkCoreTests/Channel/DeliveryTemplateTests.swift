import LegworkCore
import Testing

@Suite("Templates of a delivery's first line")
struct DeliveryTemplateTests {
    private func line(_ template: String, _ markup: MessageMarkup, link: String? = nil) -> String {
        let style = MessageStyle(limit: MessageLimit(2000), markup: markup)
        let content = DeliveryLayoutTests.content { ($0.tool, $0.title, $0.name, $0.text, $0.status) = ("ls", "*t*", "n1", "", .stopped) }
        return DeliveryFormatter(style: style, template: template, link: link).layout(of: content).messages[0].marked
    }

    @Test("everything that has a placeholder can be said")
    func placeholders() throws {
        for placeholder in DeliveryTemplate.Placeholder.allCases { _ = try DeliveryTemplate("{\(placeholder.rawValue)}") }
        #expect(
            line("{icon} {tool}: {status} after {elapsed}, {name}, {owner}, {attempts}", .plain) == "⏸️ ls: stopped after 12.3 s, n1, ann, 1"
        )
    }

    @Test("bold is bold everywhere, and all else is text")
    func bold() {
        #expect(line("**{tool}** _{title}_ <b>", .plain) == "ls _*t*_ <b>")
        #expect(line("**{tool}** _{title}_ <b>", .discord) == "**ls** \\_\\*t\\*\\_ \\<b\\>")
        #expect(line("**{tool}** _{title}_ <b>", .telegram) == "<b>ls</b> _*t*_ &lt;b&gt;")
    }

    @Test("a link is one")
    func link() {
        #expect(line("{tool} {link}", .slack, link: "https://l.example/").hasPrefix("ls <https://l.example/>"))
        #expect(line("{tool}{link}", .slack) == "ls")
    }

    @Test("a mistake is told with what there is")
    func mistakes() {
        let unknown = #expect(throws: DeliveryTemplateError.self) { try DeliveryTemplate("{tol}") }
        #expect(unknown?.message.contains("{tool}?") == true && unknown?.message.contains("{attempts}") == true)
        #expect(throws: DeliveryTemplateError.self) { try DeliveryTemplate("{tool") }
        #expect(throws: DeliveryTemplateError.self) { try DeliveryTemplate("a\nb") }
        #expect(throws: DeliveryTemplateError.self) { try DeliveryTemplate(String(repeating: "a", count: 1001)) }
    }
}
