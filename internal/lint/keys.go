package lint

import (
	"hash/maphash"
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
	met    int
	files  int
	// last is the file that was counted last, first the file that is reported.
	last, first string
}

func newKeys() *keys { return &keys{seed: maphash.MakeSeed(), all: map[string]*tally{}} }

func (k *keys) meet(name, value, file string) {
	if value == "" || safeName(name) != name || harmless(name, value) && numbered.MatchString(value) {
		return
	}
	name = strings.Join(secret.Words(name), "_")
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.all[name]
	if t == nil {
		if len(k.all) >= maxKeys {
			return
		}
		t = &tally{hashes: map[uint64]struct{}{}, first: file}
		k.all[name] = t
	}
	t.met++
	if t.last != file {
		t.last = file
		t.files++
	}
	t.first = min(t.first, file)
	if len(t.hashes) < maxDistinct {
		t.hashes[maphash.String(k.seed, value)] = struct{}{}
	}
}

// missed reports the keys that look as if redaction did not reach them.
func (k *keys) missed() []Finding {
	var all []Finding
	for name, t := range k.all {
		distinct := len(t.hashes)
		if t.files < 2 || distinct < minDistinct || distinct*minShare < t.met && distinct < maxDistinct {
			continue
		}
		atLeast := ""
		if distinct == maxDistinct {
			atLeast = "at least "
		}
		f := findings{file: t.first}
		f.add(ruleMissed, 0, -1, "", "and other files hold %s%d different values in %d places under the key %q", atLeast, distinct, t.met, name)
		all = append(all, f.all...)
	}
	slices.SortFunc(all, order)
	return all
}
