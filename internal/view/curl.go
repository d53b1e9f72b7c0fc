package view

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// curl is the request as a command of a shell. The credential and the tenant's
// address come from the variables that a recording takes them from.
func curl(def *provider.Definition, scenario string, e Exchange) string {
	var b strings.Builder
	b.WriteString("curl")
	if e.Method != http.MethodGet {
		b.WriteString(" -X " + record.Quote(e.Method))
	}
	target := "--url " + record.Quote(e.URL)
	if strings.HasPrefix(e.URL, "https://") {
		target = record.Quote(e.URL)
	}
	credential := ""
	if def != nil {
		credential = ` -H "Authorization: Bearer $` + def.TokenVar + `"`
		for _, s := range def.Scenarios {
			if s.Name == scenario && s.Request.Credential != provider.Valid {
				credential = ""
			}
		}
		if rest, ok := strings.CutPrefix(e.URL, def.BaseURL); ok && def.BaseDefault == "" {
			target = `"$` + def.BaseVar + `"` + record.Quote(rest)
		}
	}
	b.WriteString(" " + target + credential)
	for _, name := range slices.Sorted(maps.Keys(e.RequestHeader)) {
		for _, v := range e.RequestHeader[name] {
			switch {
			case strings.HasPrefix(v, "(withheld"), strings.HasPrefix(name, "@"): // curl would read a file
			case def != nil && def.BaseDefault == "" && v == def.BaseURL && name == "Origin":
				b.WriteString(` -H "` + name + `: $` + def.BaseVar + `"`)
			default:
				b.WriteString(" -H " + record.Quote(name+": "+v))
			}
		}
	}
	if e.RequestBody != "" {
		b.WriteString(" --data-raw " + record.Quote(e.RequestBody))
	}
	return b.String()
}
