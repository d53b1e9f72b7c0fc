package drift

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// pairing says which exchanges of two recordings belong together.
type pairing struct {
	other map[int]int // of the first recording to the second
	extra []int       // of the second, without a partner
}

// pair finds for each exchange of a the first free one of b with the same
// request, and for what is left the first with the same method and path. The
// order of requests that differ carries no meaning: parallel calls swap.
func pair(a, b []contract.Exchange) pairing {
	p := pairing{other: map[int]int{}}
	taken := make([]bool, len(b))
	for _, key := range []func(contract.Request) string{whole, address} {
		free := map[string][]int{}
		for j, e := range b {
			if !taken[j] {
				k := key(e.Request)
				free[k] = append(free[k], j)
			}
		}
		for i, e := range a {
			k := key(e.Request)
			if _, done := p.other[i]; done || len(free[k]) == 0 {
				continue
			}
			p.other[i], free[k] = free[k][0], free[k][1:]
			taken[p.other[i]] = true
		}
	}
	for j := range b {
		if !taken[j] {
			p.extra = append(p.extra, j)
		}
	}
	return p
}

// whole is all of a request that distinguishes it from others.
func whole(r contract.Request) string {
	key := address(r)
	if r.URL != nil {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			key += "?" + placeholder.MaskNumbers(r.URL.RawQuery)
		} else {
			key += "?" + placeholder.MaskNumbers(values.Encode())
		}
	}
	if root := parse(r.Body); root != nil {
		root.Sort()
		return key + "\x00" + placeholder.MaskNumbers(string(root.Append(nil)))
	}
	return key + "\x00" + placeholder.MaskNumbers(string(r.Body))
}

// address is a request's method and path, decoded segment by segment.
func address(r contract.Request) string {
	key := r.Method + "\x00"
	if r.URL == nil {
		return key
	}
	key += strings.ToLower(r.URL.Scheme+"://"+r.URL.Host) + "\x00"
	for _, segment := range provider.Segments(r.URL.EscapedPath()) {
		if decoded, err := url.PathUnescape(segment); err == nil {
			segment = decoded
		}
		key += placeholder.MaskNumbers(segment) + "\x00"
	}
	return key
}

// describeRequest names the method if it is one; the URL holds values.
func describeRequest(r contract.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead:
		return r.Method + " request"
	}
	return "request"
}
