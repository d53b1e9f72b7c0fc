// Package hooks reports on webhooks of DevRev.
package hooks

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Report writes one line for each webhook of the organisation.
func Report(w io.Writer, client *http.Client, base string) error {
	resp, err := client.Post(base+"/webhooks.list", "application/json", strings.NewReader("{}"))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("webhooks: %s", resp.Status)
	}
	var answer struct {
		Webhooks []struct{ ID, Status, URL string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return err
	}
	for _, h := range answer.Webhooks {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", h.ID, h.Status, h.URL); err != nil {
			return err
		}
	}
	return nil
}
