package httpapi_test

import (
	"context"
	"testing"

	"lyceum/shared/httpapi"
)

func TestClientAddressIsTakenFromTheTrustedProxyAlone(t *testing.T) {
	t.Parallel()
	const secret = "0123456789abcdef0123456789abcdef"
	for _, c := range []struct{ name, secret, sent, address, want string }{
		{"the proxy names an IPv4 client", secret, secret, "198.51.100.10:46532", "198.51.100.10"},
		{"the proxy names an IPv6 client", secret, secret, "2001:db8:85a3::8a2e:370:7334:443", "2001:db8:85a3::8a2e:370:7334"},
		{"the proxy names an IPv6 client in brackets", secret, secret, "[2001:db8::1]:443", "2001:db8::1"},
		{"a client without the secret", secret, "", "198.51.100.10:46532", "192.0.2.1"},
		{"a client that guesses", secret, secret[:31] + "0", "198.51.100.10:46532", "192.0.2.1"},
		{"an address that is none", secret, secret, "somewhere:443", "192.0.2.1"},
		{"no address", secret, secret, "", "192.0.2.1"},
		{"no proxy", "", "", "198.51.100.10:46532", "192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			h := httpapi.BehindProxy(c.secret, httpapi.Query(func(_ context.Context, in struct{ Request *httpapi.Request }) (struct{}, error) {
				got = in.Request.RequestContext.HTTP.SourceIP
				return struct{}{}, nil
			}))
			e := request("GET", "")
			e.RequestContext.HTTP.SourceIP = "192.0.2.1"
			e.Headers = map[string]string{"X-Proxy-Secret": c.sent, "CloudFront-Viewer-Address": c.address}
			if call(t, h, e); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
