package contract

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/provider"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// base is what the $id of each schema starts with; the rest is its file.
const base = "https://example.com/webhookvcr/schemas/"

// schema is a compiled file.
type schema struct {
	root *jsonschema.Schema
	// strict says that it states an inferred profile: what it refuses fails.
	strict bool
	// secrets says that some member of a body that it describes is a secret.
	secrets bool
	// byLocation finds the schema that a validation error is about.
	byLocation map[string]*jsonschema.Schema
	// quicks are the quick forms of the schemas that it is made of.
	quicks map[*jsonschema.Schema]*quick
}

// compiled holds a func() (*schema, error) for each file, which compiles it once.
var compiled sync.Map

type schemaKey struct {
	def  *provider.Definition
	file string
}

// load returns a file of the provider's directory, compiled.
func load(d *provider.Definition, file string) (*schema, error) {
	key := schemaKey{d, file}
	once, ok := compiled.Load(key)
	if !ok {
		once, _ = compiled.LoadOrStore(key, sync.OnceValues(func() (*schema, error) { return compile(d, d.Name+"/"+file) }))
	}
	return once.(func() (*schema, error))()
}

func compile(d *provider.Definition, name string) (*schema, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	// DevRev documents webhook.secret as base64 and shows "string", which is
	// none. Draft 2020-12 makes contentEncoding an annotation; so does this.
	c.AssertContent = false
	c.ExtractAnnotations = true
	c.RegisterExtension(placeholderKeyword, nil, placeholderCompiler{})
	c.LoadURL = func(url string) (io.ReadCloser, error) { return open(d, url) }
	root, err := c.Compile(base + name)
	if err != nil {
		return nil, fmt.Errorf("schema %q: %w", name, err)
	}
	s := &schema{root: root, strict: strings.HasSuffix(name, ".strict.json"), byLocation: map[string]*jsonschema.Schema{}, quicks: map[*jsonschema.Schema]*quick{}}
	each(root, func(sub *jsonschema.Schema) {
		s.byLocation[sub.Location] = sub
		s.quick(sub)
		s.secrets = s.secrets || sub.Extensions[placeholderKeyword] == placeholder(provider.Secret)
	})
	return s, nil
}

// open reads from the vendor's files, so that a wrong reference is an error and
// never a look at the network or the disk.
func open(d *provider.Definition, url string) (io.ReadCloser, error) {
	name, ok := strings.CutPrefix(url, base+d.Name+"/")
	if !ok {
		return nil, fmt.Errorf("%q lies outside of %s", url, base+d.Name)
	}
	if d.Schemas == nil {
		return nil, fmt.Errorf("provider %q has no schemas", d.Name)
	}
	return d.Schemas.Open(name)
}

// each calls f for a schema and every schema that it is made of, each once.
func each(root *jsonschema.Schema, f func(*jsonschema.Schema)) {
	seen := map[*jsonschema.Schema]bool{}
	var visit func(*jsonschema.Schema)
	visit = func(s *jsonschema.Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		f(s)
		for _, sub := range slices.Concat([]*jsonschema.Schema{s.Ref, s.If, s.Then, s.Else, s.Not, s.Items2020, s.PropertyNames, s.UnevaluatedProperties}, s.AllOf, s.AnyOf, s.OneOf, s.PrefixItems) {
			visit(sub)
		}
		for _, sub := range s.Properties {
			visit(sub)
		}
		for _, sub := range s.PatternProperties {
			visit(sub)
		}
		if sub, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			visit(sub)
		}
	}
	visit(root)
}

const placeholderKeyword = "x-placeholder"

// placeholder is the compiled keyword x-placeholder. It constrains nothing.
type placeholder provider.Kind

func (placeholder) Validate(jsonschema.ValidationContext, any) error { return nil }

type placeholderCompiler struct{}

func (placeholderCompiler) Compile(_ jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	v, ok := m[placeholderKeyword]
	if !ok {
		return nil, nil
	}
	s, _ := v.(string)
	switch kind := provider.Kind(s); kind {
	case provider.ID, provider.DisplayID, provider.Secret, provider.Key, provider.URL, provider.Mail,
		provider.Name, provider.Text, provider.Opaque, provider.Word, provider.Header, provider.Event:
		return placeholder(kind), nil
	}
	return nil, fmt.Errorf("%s is %v, expected one of the kinds of package provider", placeholderKeyword, v)
}

// Compile compiles every schema of a provider: those that its definition names
// and those that lie in its directory. The error names all that fail.
func Compile(d *provider.Definition) error {
	files := map[string]bool{}
	for _, file := range named(d) {
		files[file] = true
	}
	if d.Schemas == nil {
		return fmt.Errorf("provider %q has no schemas", d.Name)
	}
	entries, err := fs.ReadDir(d.Schemas, ".")
	if err != nil {
		return fmt.Errorf("provider %q has no schemas: %w", d.Name, err)
	}
	for _, e := range entries {
		files[e.Name()] = true
	}
	var all []error
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if _, err := load(d, file); err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// named returns the files that a definition names for its operations, sorted.
// Those of deliveries are left out: their thousand members, words of every kind,
// would make public words of what people call things.
func named(d *provider.Definition) []string {
	var files []string
	for _, op := range d.Operations {
		for _, f := range op.Forms {
			files = append(files, f.Body, f.Query)
		}
		for _, r := range op.Responses {
			files = append(files, r.Schema, r.Strict)
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	return slices.DeleteFunc(files, func(file string) bool { return file == "" })
}
