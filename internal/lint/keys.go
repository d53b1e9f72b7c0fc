package lint

import (
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/secret"
)

// Bounds of what is noted about secret-named keys, and the figures from which a
// key counts as missed. A key that is redacted holds one value, or one per kind
// of test; one that is not holds another in most recordings.
const (
	maxKeys     = 4096
	maxDistinct = 1024
	minDistinct = 5
	minShare    = 4 // at least every fourth value is a new one
)

// keys counts the distinct values of secret-named keys over all files. It keeps
// hashes under a seed of this process, never values.
type keys struct {
	mu   sync.Mutex
	seed maphash.Seed
	all  map[string]*tally
}

type tally struct {
	hashes map[uint64]struct{}
	files  map[string]struct{}
	met    int
	// first is where the key is reported: in the first file, as it is spelt there.
	first Finding
	name  string
}

func newKeys() *keys { return &keys{seed: maphash.MakeSeed(), all: map[string]*tally{}} }

// meet notes the value of a secret-named key.
func (k *keys) meet(name, value string, at Finding) {
	if value == "" || safeName(name) != name {
		return
	}
	key := strings.Join(secret.Words(name), "_")
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.all[key]
	if t == nil {
		if len(k.all) >= maxKeys {
			return
		}
		t = &tally{hashes: map[uint64]struct{}{}, files: map[string]struct{}{}, first: at, name: name}
		k.all[key] = t
	}
	t.met++
	t.files[at.File] = struct{}{}
	if at.File < t.first.File {
		t.first, t.name = at, name
	}
	if len(t.hashes) < maxDistinct {
		t.hashes[maphash.String(k.seed, value)] = struct{}{}
	}
}

// missed reports the keys that look as if redaction did not reach them.
func (k *keys) missed() []Finding {
	var all []Finding
	for _, t := range k.all {
		distinct := len(t.hashes)
		if len(t.files) < 2 || distinct < minDistinct || distinct*minShare < t.met && distinct < maxDistinct {
			continue
		}
		atLeast := ""
		if distinct == maxDistinct {
			atLeast = "at least "
		}
		delete(t.files, t.first.File)
		f := findings{file: t.first.File}
		f.add(ruleMissed, t.first.Line, *t.first.Interaction, t.first.Place, "is one of %s%d different values in %d places under the key %q; the others are in %s",
			atLeast, distinct, t.met, t.name, list(shownAll(slices.Sorted(maps.Keys(t.files)))))
		all = append(all, f.all...)
	}
	slices.SortFunc(all, order)
	return all
}
