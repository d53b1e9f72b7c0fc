package lint

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

// body looks through a body by what it is, and by what its media type says.
func (s *search) body(body, contentType string) {
	media, params, _ := mime.ParseMediaType(contentType)
	switch {
	case s.compressed(body):
	case s.json(body, ""):
	case strings.HasPrefix(media, "multipart/") && params["boundary"] != "":
		s.multipart(body, params["boundary"])
	case firstPart.MatchString(body):
		s.multipart(body, firstPart.FindStringSubmatch(body)[1])
	case media == "application/x-www-form-urlencoded":
		s.query(body, "form")
	default:
		s.lines(body)
	}
}

// firstPart begins a multipart text whose media type is lost.
var firstPart = pattern.New(`^--([^\r\n]{1,70})\r?\n(?i:content-)`)

func (s *search) multipart(body, boundary string) {
	if s.undone >= maxUndone {
		s.lines(body)
		return
	}
	s.undone++
	defer func() { s.undone-- }()
	from := 0
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
		if at := strings.Index(body[from:], string(content)); at >= 0 {
			from += at
		}
		s.in(stepWord, "part", func() {
			s.part(from, func() {
				s.in(stepNamed, name, func() {
					s.member(name)
					if s.isSecret(name) {
						s.secret(name, strings.TrimSpace(string(content)))
					}
					s.scanText(part.FileName())
					s.body(string(content), part.Header.Get("Content-Type"))
				})
			})
		})
	}
}

// formLike is a form without a media type that says so.
var formLike = pattern.New(`^(?:` + formName + `=` + formValue + `*&)*` + formName + `=` + formValue + `+(?:&` + formName + `=` + formValue + `*)*$`)

const (
	formName  = `[A-Za-z0-9_.%\[\]+-]{1,100}`
	formValue = `[A-Za-z0-9_.~%*+-]`
)

// lines looks through a text that is no JSON: lines of JSON, events of a stream,
// HTML, XML, settings, or JSON that was cut off.
func (s *search) lines(body string) {
	if s.isURL(body) {
		return
	}
	s.scanText(body)
	if formLike.MatchString(body) {
		s.query(body, "form")
		for pair := range strings.SplitSeq(body, "&") {
			name, _, _ := strings.Cut(pair, "=")
			s.encoded(name) // a query's values are decoded, its names are not
		}
		return
	}
	structured := false
	if strings.Contains(body, "\n") && strings.ContainsAny(body, "{[") {
		structured = s.jsonLines(body)
	}
	if !structured {
		s.pairs(body, isMarkup(body))
	}
	s.encoded(body)
}

// isMarkup says whether a text is XML or HTML, in which sentences stand.
func isMarkup(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text, " \t\r\n\ufeff"), "<")
}

// jsonLines looks through the lines that are JSON, and says whether one is. The
// others are texts of their own then.
func (s *search) jsonLines(body string) bool {
	structured, at, n := false, 0, 0
	var others []int
	for line := range strings.Lines(body) {
		text := strings.TrimPrefix(line, "data:")
		trimmed := strings.TrimSpace(text)
		is := false
		if len(trimmed) > 1 && (trimmed[0] == '{' || trimmed[0] == '[') {
			s.path = append(s.path, pathStep{kind: stepIndex, index: n})
			s.part(at+len(line)-len(text), func() { is = s.json(strings.TrimSpace(text), "") })
			s.pop()
		}
		if is {
			structured = true
		} else {
			others = append(others, at, at+len(line))
		}
		at += len(line)
		n++
	}
	for i := 0; structured && i < len(others); i += 2 {
		s.part(others[i], func() { s.pairs(body[others[i]:others[i+1]], false) })
	}
	return structured
}
