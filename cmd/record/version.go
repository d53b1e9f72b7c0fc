package main

import (
	"runtime/debug"
	"strings"
)

// version says which build this is, as far as the go command has noted it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknownVersion
	}
	return versionOf(info)
}

const unknownVersion = "(devel)"

func versionOf(info *debug.BuildInfo) string {
	module := &info.Main
	if module.Replace != nil && module.Replace.Version != "" {
		module = module.Replace
	}
	v := module.Version
	if v == "" {
		v = unknownVersion
	}
	var about []string
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		revision = "revision " + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			revision += ", modified"
		}
		about = append(about, revision)
	}
	if info.GoVersion != "" {
		about = append(about, info.GoVersion)
	}
	if len(about) == 0 {
		return v
	}
	return v + " (" + strings.Join(about, ", ") + ")"
}
