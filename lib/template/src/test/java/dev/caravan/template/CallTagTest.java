package dev.caravan.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallTagTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{{ .Prompt }};",
                "{{ if .ToolCalls }}{{ end }};",
                "{{ if .ToolCalls }}{{ range .ToolCalls }}{{ . }}{{ end }}{{ end }};",
                "{{ if .ToolCalls }}{{ range .ToolCalls }}{{ . }}{{ end }}]{{ end }};",
                "{{ if .ToolCalls }} \\n{{ range .ToolCalls }}\\n{\"name\": 1}{{ end }}{{ end }};",
                "{{ range .Messages }}{{ if .ToolCalls }}{{ range .ToolCalls }}<tool_call>\\n{\"name\": {{ .Function.Name }}}</tool_call>{{ end }}{{ end }}{{ end }};<tool_call>",
                "{{ range $i, $m := .Messages }}{{ if eq .Role \"user\" }}u{{ else if and $m.ToolCalls true }}[TOOL_CALLS] [{{ range .ToolCalls }}{{ . }}{{ end }}]{{ end }}{{ end }};[TOOL_CALLS] [",
                "{{ if .ToolCalls }} \\n[ {{ range .ToolCalls }}{{ . }}{{ end }}]{{ end }};[",
                "{{ with .Messages }}x{{ else }}{{ if .ToolCalls }}Action: ```json\\n{{ end }}{{ end }};Action: ```json",
                "{{ if .ToolCalls }}{{ if .Content }}{{ .Content }}{{ end }}<tool_call>{{ end }};",
                "{{ if .ToolCalls }}First{{ if .Thing }}inner{{ end }}Second{{ end }};First",
            })
    void isTheFirstTextWhereCallsArePrinted(String template, String tag) {
        assertThat(PromptTemplate.parse(template.translateEscapes()).callTag())
                .isEqualTo(Optional.ofNullable(tag));
    }
}
