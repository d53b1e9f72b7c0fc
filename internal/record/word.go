package record

import (
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// words says whether a text is made of lower-case words of at most 16 letters,
// with at most four digits behind each, and of numbers of at most seven digits;
// none of them may tell of a secret.
func words(v string) bool {
	letters, digits := 0, 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			if letters++; digits > 0 {
				return false
			}
		case c == '.' || c == '_' || c == '~' || c == '-':
			letters, digits = 0, 0
		default:
			return false
		}
		if letters > 16 || digits > 7 || letters > 0 && digits > 4 {
			return false
		}
	}
	return !slices.ContainsFunc(strings.FieldsFunc(v, func(c rune) bool { return c == '.' || c == '~' || c == '-' }), secret.Tells)
}

// pathWords are one word, or an operation's name in DevRev's style: dev-users.self.
var pathWords = pattern.New(`^[a-z]{1,16}(_[a-z]{1,16}){0,4}$|^[a-z]{1,16}(-[a-z]{1,16})?\.(no-such-)?[a-z]{1,16}$`)

// styled says whether a name is a plain one of the vendor's programmers that
// holds no part of a value which the table replaces.
func (e *audit) styled(name string) bool {
	plain, known := e.plain[name]
	if !known {
		plain = e.plainName(name)
		e.plain[name] = plain
	}
	return plain
}

func (e *audit) plainName(name string) bool {
	plain := strings.TrimPrefix(name, "_")
	if v := len(plain) - 3; v > 0 && plain[v:v+2] == "_v" && plain[v+2] >= '0' && plain[v+2] <= '9' {
		plain = plain[:v]
	}
	words := 0
	length := 0
	for i, c := range plain {
		switch {
		case c >= 'a' && c <= 'z':
			length++
		case c == '_' && e.r.Definition.MemberName == provider.SnakeCase && i > 0 && length > 0:
			words, length = words+1, 0
		case c >= 'A' && c <= 'Z' && e.r.Definition.MemberName == provider.CamelCase && i > 0:
			words, length = words+1, 1
		default:
			return false
		}
		if length > 16 || words > 4 {
			return false
		}
	}
	if length == 0 {
		return false
	}
	return !e.holdsPart(name)
}

// holdsPart says whether a name holds a part of a value that the table replaces.
// The name is short, and the parts may be many.
func (e *audit) holdsPart(name string) bool {
	low := strings.ToLower(name)
	for end := minPart; end <= len(low); end++ {
		for start := range end - minPart + 1 {
			if e.parts[low[start:end]] {
				return true
			}
		}
	}
	return false
}

// wordLike says whether a text is written as words are: in small letters, in
// capitals, or with a capital at the start of each of up to three words; with
// digits at its end at most.
func wordLike(part string) bool {
	letters := strings.TrimRight(part, "0123456789")
	low := strings.ToLower(letters)
	if letters == "" || letters == low || letters == strings.ToUpper(letters) && len(letters) <= 8 {
		return letters != ""
	}
	capitals := 0
	for i, c := range letters {
		if c >= 'A' && c <= 'Z' {
			if capitals++; i+1 == len(letters) || letters[i+1] >= 'A' && letters[i+1] <= 'Z' {
				return false
			}
		}
	}
	return letters[0] >= 'A' && letters[0] <= 'Z' && capitals <= 3
}

// headerLike says whether a text is the name of a header as programs choose them:
// up to eight parts of at most sixteen letters and digits, joined by hyphens or
// underscores, the first beginning with a letter, with three digits in all.
func headerLike(s string) bool {
	parts := strings.FieldsFunc(s, func(c rune) bool { return c == '-' || c == '_' })
	digits, longest := 0, 0
	for _, part := range parts {
		longest = max(longest, len(part))
		if !wordLike(part) {
			return false
		}
		for _, c := range part {
			switch {
			case c >= '0' && c <= '9':
				digits++
			case c < 'A' || c > 'Z' && c < 'a' || c > 'z':
				return false
			}
		}
	}
	return len(parts) > 0 && len(parts) <= 8 && len(s) == len(strings.Join(parts, "-")) && longest <= 16 && digits <= 3 && (s[0] < '0' || s[0] > '9')
}

// word reports whether a value is one lower-case word, as enum members are: up to
// five parts of at most sixteen letters, joined by underscores.
func word(s string) bool {
	for part := range strings.SplitSeq(s, "_") {
		if part == "" || len(part) > 16 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return strings.Count(s, "_") <= 4
}
