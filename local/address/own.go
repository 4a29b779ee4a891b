package address

import (
	"net"
	"net/http"
	"strings"
)

// Own reports whether a Host header is an address or a name of this machine. A web page can have a
// name of its own resolve to this machine and then speak to its ports as to its own server (DNS
// rebinding), but it cannot change the Host header, which has that name.
func Own(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return net.ParseIP(strings.Trim(host, "[]")) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "host.docker.internal"
}

// OnlyOwn serves requests to own names and refuses the others with 421 (RFC 9110 section 15.5.20).
func OnlyOwn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Own(r.Host) {
			http.Error(w, "this server is for the machine it runs on", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
