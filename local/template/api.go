package template

import (
	"slices"
	"strings"
)

// maxCORSAge is the limit of MaxAge, in seconds: a day ("Configure CORS for HTTP APIs").
const maxCORSAge = 86400

func (l *loader) apiCORS(o *object) *CORS {
	o.oneOf("StageName", "$default")
	o.pass("Name", "Description", "Tags", "PropagateTags", "FailOnWarnings", "AccessLogSettings", "DisableExecuteApiEndpoint", "DefaultRouteSettings")
	v := o.get("CorsConfiguration")
	if v.kind == absent {
		return nil
	}
	c := l.object(v, "CorsConfiguration")
	cors := &CORS{
		AllowOrigins:     c.texts("AllowOrigins"),
		AllowMethods:     c.texts("AllowMethods"),
		AllowHeaders:     c.texts("AllowHeaders"),
		ExposeHeaders:    c.texts("ExposeHeaders"),
		AllowCredentials: c.boolean("AllowCredentials"),
		MaxAge:           c.integer("MaxAge", 0, -1, maxCORSAge),
	}
	c.done()
	if cors.AllowCredentials && slices.Contains(cors.AllowOrigins, "*") {
		l.failf(v.line, `API Gateway takes no AllowCredentials with the origin "*": list the origins`)
	}
	for _, origin := range cors.AllowOrigins {
		if origin != "*" && origin != "" && !strings.Contains(origin, "://") {
			l.failf(c.get("AllowOrigins").line, `the origin %q is neither "*" nor <scheme>://<host>`, origin)
		}
	}
	for _, method := range cors.AllowMethods {
		if method != "*" && method != "" && (method == "ANY" || !slices.Contains(methods, method)) {
			l.failf(c.get("AllowMethods").line, `the method %q is neither "*" nor one in capitals`, method)
		}
	}
	return cors
}
