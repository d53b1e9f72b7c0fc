package main

import (
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// environmentHelp lists the variables of a live run.
func environmentHelp() string {
	var t table
	for _, def := range provider.All() {
		base := "base URL of your tenant, such as " + strings.Replace(def.BaseURL, "sample-api", "acme", 1)
		if def.BaseDefault != "" {
			base = "base URL (default " + def.BaseDefault + ")"
		}
		t.add("  "+def.TokenVar, "your credential for "+def.Title)
		t.add("  "+def.BaseVar, base)
		for _, s := range def.Seeds {
			if s.Lookup != nil {
				t.add("  "+s.Var, "your value for "+s.Placeholder+" (default: "+s.Lookup.What+")")
			} else {
				t.add("  "+s.Var, "your value for "+s.Placeholder)
			}
		}
	}
	var b strings.Builder
	t.print(&b) // a strings.Builder takes everything
	return b.String()
}
