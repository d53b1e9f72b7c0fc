// Package cassettes holds the shipped cassettes, one file per scenario:
// PROVIDER/OPERATION/STATUS[-VARIANT].yaml.
//
// They are plain go-vcr format 2 files. The key webhooktest says where each
// comes from; "source: simulated" means that the built-in simulator answered,
// following the vendor's published contract, and that no vendor's server has
// been asked. Regenerate those with
//
//	go run ./cmd/record refresh --simulate
package cassettes

import "embed"

// FS holds the cassettes.
//
//go:embed */*/*.yaml
var FS embed.FS
