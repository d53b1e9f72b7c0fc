package lint

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"regexp"
	"strings"
)

// body looks through a body by what it is, and by what its media type says.
func (s *search) body(body, contentType string) {
	media, params, _ := mime.ParseMediaType(contentType)
	switch {
	case s.compressed(body):
	case s.json(body, ""):
	case strings.HasPrefix(media, "multipart/") && params["boundary"] != "":
		s.multipart(body, params["boundary"])
	case media == "application/x-www-form-urlencoded":
		s.query(body, "form")
	default:
		s.lines(body)
	}
}

func (s *search) multipart(body, boundary string) {
	if s.undone >= maxUndone {
		s.lines(body)
		return
	}
	s.undone++
	defer func() { s.undone-- }()
	parts := multipart.NewReader(strings.NewReader(body), boundary)
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			// What is cut off is searched as the text that it is.
			if !errors.Is(err, io.EOF) {
				s.lines(body)
			}
			return
		}
		content, err := io.ReadAll(io.LimitReader(part, maxUnzipped))
		if err != nil && len(content) == 0 {
			s.lines(body)
			return
		}
		name := part.FormName()
		s.in(word, "part", func() {
			s.in(word, safeName(name), func() {
				s.member(name)
				if s.isSecret(name) {
					s.secret(name, strings.TrimSpace(string(content)))
				}
				s.prose(part.FileName())
				s.body(string(content), part.Header.Get("Content-Type"))
			})
		})
	}
}

var (
	// assignment is a name and a quoted or bare value, as in scripts, settings,
	// XML attributes and JSON that was cut off.
	assignment = regexp.MustCompile(`["']?([A-Za-z][A-Za-z0-9_.\[\]-]{2,40})["']?[ \t]*(?:=>|[:=])[ \t]*\[?(?:"([^"\r\n]{4,})"|'([^'\r\n]{4,})'|([^\s"'<>&,;{}\[\]()]{4,}))`)
	element    = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9_.:-]{2,40})(?:\s[^<>]*)?>([^<>]{4,})</`)
)

// lines looks through a text that is no JSON: lines of JSON, events of a stream,
// HTML, XML, settings, or JSON that was cut off.
func (s *search) lines(body string) {
	s.prose(body)
	structured := false
	if strings.Contains(body, "\n") && strings.ContainsAny(body, "{[") {
		n := 0
		for line := range strings.Lines(body) {
			line = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
			if len(line) > 1 && (line[0] == '{' || line[0] == '[') {
				s.way = append(s.way, step{kind: entry, index: n})
				structured = s.json(line, "") || structured
				s.pop()
			}
			n++
		}
	}
	if !structured {
		s.assignments(body)
	}
	s.encoded(body)
}

func (s *search) assignments(text string) {
	if strings.ContainsAny(text, ":=") {
		for _, m := range assignment.FindAllStringSubmatch(text, -1) {
			s.assigned(m[1], m[2]+m[3]+m[4])
		}
	}
	if strings.Contains(text, "</") {
		for _, m := range element.FindAllStringSubmatch(text, -1) {
			s.assigned(m[1], strings.TrimSpace(m[2]))
		}
	}
}

func (s *search) assigned(name, value string) {
	if s.isSecret(name) {
		s.in(word, "at", func() { s.in(word, safeName(name), func() { s.secret(name, value) }) })
	}
}
