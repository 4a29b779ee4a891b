package objects

import (
	"net/url"
	"strings"
)

// Attachment is a Content-Disposition that saves under name: an ASCII form for old clients and the exact name after RFC 8187 (RFC 6266
// appendix D). No character of name can end the quoted string or start a new header.
func Attachment(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	// PathEscape leaves some characters that are not attr-char in RFC 8187.
	exact := strings.NewReplacer("'", "%27", "(", "%28", ")", "%29", "*", "%2A", "@", "%40", ":", "%3A", "=", "%3D", ";", "%3B", ",", "%2C", "/", "%2F").Replace(url.PathEscape(name))
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + exact
}
