// Fills the outputs and errors of golden.json with what Ollama's own template package makes of them:
//
//	mkdir -p OLLAMA/cmd/golden && cp main.go OLLAMA/cmd/golden/
//	(cd OLLAMA && go run ./cmd/golden GOLDEN.json > new.json)
//
// with OLLAMA a checkout of github.com/ollama/ollama (last made at fb30760996871fa9460115c753afd2c60d4ab0f7).
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"sort"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/template"
	"github.com/ollama/ollama/thinking"
)

type shape struct {
	Text     string   `json:"text"`
	Thinking []string `json:"thinking,omitempty"`
}

type request struct {
	Messages []api.Message
	Tools    api.Tools
	Prompt   string
	Suffix   string
	Think    *api.ThinkValue
}

type made struct {
	Template string  `json:"template"`
	Request  string  `json:"request,omitempty"`
	Output   *string `json:"output,omitempty"`
	Error    string  `json:"error,omitempty"`
}

type golden struct {
	Templates map[string]*shape          `json:"templates"`
	Requests  map[string]json.RawMessage `json:"requests"`
	Cases     []*made                    `json:"cases"`
	Language  []*made                    `json:"language"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var file golden
	check(json.Unmarshal(text, &file))
	for _, shape := range file.Templates {
		parsed, err := template.Parse(shape.Text)
		check(err)
		shape.Thinking = nil
		if opening, closing := thinking.InferTags(parsed.Template); opening != "" && closing != "" {
			shape.Thinking = []string{opening, closing}
		}
	}
	for _, made := range file.Cases {
		made.render(file.Templates[made.Template].Text, file.Requests[made.Request])
	}
	for _, made := range file.Language {
		made.render(made.Template, file.Requests["tools"])
	}
	write(file)
}

func (m *made) render(text string, body json.RawMessage) {
	m.Output, m.Error = nil, ""
	var r request
	check(json.Unmarshal(body, &r))
	values := template.Values{
		Messages: r.Messages, Tools: r.Tools, Prompt: r.Prompt, Suffix: r.Suffix,
		Think: r.Think.Bool(), ThinkLevel: r.Think.String(), IsThinkSet: r.Think != nil,
	}
	var output bytes.Buffer
	parsed, err := template.Parse(text)
	if err == nil {
		err = parsed.Execute(&output, values)
	}
	if err != nil {
		m.Error = err.Error()
		return
	}
	rendered := output.String()
	m.Output = &rendered
}

// One line a value, so that a change shows as the lines that differ.
func write(file golden) {
	os.Stdout.WriteString("{\n\"templates\": {\n")
	lines(file.Templates)
	os.Stdout.WriteString("},\n\"requests\": {\n")
	lines(file.Requests)
	os.Stdout.WriteString("},\n\"cases\": [\n")
	rows(file.Cases)
	os.Stdout.WriteString("],\n\"language\": [\n")
	rows(file.Language)
	os.Stdout.WriteString("]\n}\n")
}

func lines[V any](values map[string]V) {
	var names []string
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		os.Stdout.WriteString(line(name) + ": " + line(values[name]) + comma(i, len(names)))
	}
}

func rows(values []*made) {
	for i, value := range values {
		os.Stdout.WriteString(line(value) + comma(i, len(values)))
	}
}

func line(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	return string(bytes.TrimSpace(text.Bytes()))
}

func comma(i, n int) string {
	if i < n-1 {
		return ",\n"
	}
	return "\n"
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
