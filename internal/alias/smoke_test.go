package alias_test

import (
	"fmt"
	"testing"

	"example.com/webhookvcr/internal/alias"
	"example.com/webhookvcr/internal/provider"
)

func TestSmoke(t *testing.T) {
	tab, err := alias.New(alias.Options{Definition: &provider.DVelop, BaseURL: "https://acme.d-velop.cloud"})
	if err != nil { t.Fatal(err) }
	body := `{"id":"5AB3E0D1-0f52-4c1a-9d77-5b8e6f204411", "uri":"https://acme.d-velop.cloud/dmsconfig/r/5ab3e0d1-0f52-4c1a-9d77-5b8e6f204412/events/postimport/wh-77", "k":"don:identity:dvrv-eu-1:devo/X:devu/1", "n": 123456, "d":"Jane Doe Smith", "t":"2024-01-01T00:00:00Z","s":"c2VjcmV0c2VjcmV0"}`
	class := func(p string) provider.Class {
		switch p { case "/id": return provider.Class{Kind: provider.ID, Documented: true}
		case "/uri": return provider.Class{Kind: provider.URL, Documented: true}
		case "/d": return provider.Class{Kind: provider.Name, Documented: true}
		case "/s": return provider.Class{Kind: provider.Secret, Documented: true}
		}
		return provider.Class{}
	}
	h, err := tab.HideJSON([]byte(body), class)
	fmt.Println(string(h), err)
	h2, err := tab.HideJSON(h, class)
	fmt.Println(string(h2) == string(h), err)
	r, err := tab.RevealJSON(h)
	fmt.Println(string(r), err)
	fmt.Println(tab.Leaks([]byte(body)))
	fmt.Println(tab.Leaks(h), alias.Suspicious(h))
}
