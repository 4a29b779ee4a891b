package httpapi

import (
	"context"
	"crypto/subtle"
	"net/netip"
	"strings"
)

// BehindProxy takes the client's address from a proxy in front, which knows the secret: the header x-proxy-secret has it, and
// cloudfront-viewer-address the address with a port. A request without the secret keeps the address that API Gateway saw, whatever its
// headers say. An empty secret means that there is no proxy.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
func BehindProxy(secret string, next Handler) Handler {
	if secret == "" {
		return next
	}
	return func(ctx context.Context, r *Request) (*Response, error) {
		if subtle.ConstantTimeCompare([]byte(r.header("x-proxy-secret")), []byte(secret)) == 1 {
			if address := viewer(r.header("cloudfront-viewer-address")); address != "" {
				r.RequestContext.HTTP.SourceIP = address
			}
		}
		delete(r.Headers, "x-proxy-secret") // nothing further in may log it
		return next(ctx, r)
	}
}

// viewer is the address of "192.0.2.1:443", "2001:db8::1:443" or "[2001:db8::1]:443", and empty for
// anything else.
func viewer(text string) string {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return ""
	}
	address, err := netip.ParseAddr(strings.Trim(text[:i], "[]"))
	if err != nil {
		return ""
	}
	return address.String()
}
