package gateway

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

const stage = "$default"

// event is the event of payload format 2.0. What is empty is absent, as on AWS, and so is authentication: it describes a client
// certificate.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type event struct {
	events.APIGatewayV2HTTPRequest
	RequestContext requestContext `json:"requestContext"`
}

type requestContext struct {
	events.APIGatewayV2HTTPRequestContext
	Authentication *struct{} `json:"authentication,omitempty"`
}

// event returns the JSON document for one request: always valid JSON in valid UTF-8.
func (a *api) event(r *http.Request, id string, match *found, path string, body []byte) []byte {
	now := a.opts.Now().UTC()
	source := sourceIP(r)
	domain := domainName(r, fmt.Sprintf("%s.execute-api.%s.amazonaws.com", a.opts.APIID, a.opts.Region))
	prefix, _, _ := strings.Cut(domain, ".")
	text, encoded := eventBody(r.Header.Get("Content-Type"), body)
	e := event{
		APIGatewayV2HTTPRequest: events.APIGatewayV2HTTPRequest{
			Version:               "2.0",
			RouteKey:              match.key,
			RawPath:               path,
			RawQueryString:        validText(r.URL.RawQuery),
			Cookies:               cookies(r.Header.Values("Cookie")),
			Headers:               eventHeaders(r, source, len(body), fmt.Sprintf("Root=1-%08x-%s", now.Unix(), randomHex(12))),
			QueryStringParameters: queryParameters(r.URL.RawQuery),
			PathParameters:        match.parameters,
			Body:                  text,
			IsBase64Encoded:       encoded,
		},
		RequestContext: requestContext{APIGatewayV2HTTPRequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: match.key, AccountID: a.opts.AccountID, Stage: stage, RequestID: id, APIID: a.opts.APIID,
			DomainName: domain, DomainPrefix: prefix,
			Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: path, Protocol: r.Proto, SourceIP: source, UserAgent: validText(r.UserAgent()),
			},
		}},
	}
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false) // Lambda's limit counts bytes
	encoder.Encode(e)            // strings, numbers and maps of strings always encode
	return bytes.TrimSuffix(document.Bytes(), []byte("\n"))
}

// eventBody returns the body as text when its media type is one that HTTP APIs pass on as text, else in base64. AWS does not document
// the list; github.com/ministackorg/ministack/pull/766 found these on a deployed API and everything else in base64, even forms and
// bodies without a type. Our choice: a text that is not UTF-8 goes in base64 too, so that no byte is lost.
func eventBody(contentType string, body []byte) (text string, encoded bool) {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	isText := strings.HasPrefix(mediaType, "text/") || mediaType == "application/json" || mediaType == "application/xml" ||
		mediaType == "application/javascript"
	if len(body) == 0 || isText && utf8.Valid(body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

// queryParameters decodes the query; values of one name are joined by commas in their order. Nothing is refused: what is not a percent
// escape stands for itself.
func queryParameters(query string) map[string]string {
	var parameters map[string]string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name), unescape(value)
		if parameters == nil {
			parameters = map[string]string{}
		}
		if before, repeated := parameters[name]; repeated {
			value = before + "," + value
		}
		parameters[name] = value
	}
	return parameters
}

func unescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		text = decoded
	}
	return validText(text)
}

func validText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// newRequestID has the form of AWS's: 15 characters of base64url and an equals sign.
func newRequestID() string {
	var id [11]byte
	rand.Read(id[:]) // never fails
	return base64.URLEncoding.EncodeToString(id[:])
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func sourceIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// domainName is the host that the client asked for, without its port.
func domainName(r *http.Request, otherwise string) string {
	if r.Host == "" {
		return otherwise
	}
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return validText(host)
	}
	return validText(r.Host)
}

// port is the one that the client asked for.
func port(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil && port != "" {
		return port
	}
	if r.TLS != nil {
		return "443"
	}
	return "80"
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}
