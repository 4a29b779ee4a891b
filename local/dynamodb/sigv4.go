package dynamodb

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
)

// authorization is a parsed Authorization header of Signature Version 4.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
type authorization struct {
	accessKeyID, date, region, service string
	signedHeaders                      []string
	signature                          string
}

// authenticate returns the access key id of a request after its signature has been checked. Without Options.Secret nothing
// is checked and the id is whatever the request says.
func (s *Server) authenticate(r *http.Request, body []byte, now time.Time) (string, error) {
	header := r.Header.Get("Authorization")
	if header == "" && s.opts.Secret != nil {
		return "", newError(ofService, "MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	a, err := parseAuthorization(header)
	if s.opts.Secret == nil {
		return a.accessKeyID, nil
	}
	if err != nil {
		return "", err
	}
	when, err := signingTime(r, header)
	if err != nil {
		return "", err
	}
	secret, ok := s.opts.Secret(a.accessKeyID)
	if !ok {
		return "", newError(ofService, "UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	if err := s.checkScope(a, when, now); err != nil {
		return "", err
	}
	if !hmac.Equal([]byte(a.signature), []byte(sign(secret, a, when, canonicalRequest(r, a.signedHeaders, body)))) {
		return "", badSignature("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return a.accessKeyID, nil
}

func badSignature(text string) error {
	return newError(ofService, "InvalidSignatureException", "%s", text)
}

func parseAuthorization(header string) (authorization, error) {
	fields := map[string]string{}
	rest, ok := strings.CutPrefix(header, algorithm)
	if !ok {
		return authorization{}, newError(ofService, "MissingAuthenticationTokenException", "Request is missing Authentication Token")
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	var missing strings.Builder
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			missing.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	scope := strings.Split(fields["Credential"], "/")
	if missing.Len() == 0 && (len(scope) != 5 || scope[4] != "aws4_request") {
		missing.WriteString("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term. ")
	}
	if missing.Len() > 0 {
		return authorization{}, newError(ofService, "IncompleteSignatureException", "%sAuthorization=%s", missing.String(), algorithm)
	}
	return authorization{scope[0], scope[1], scope[2], scope[3],
		strings.Split(strings.ToLower(fields["SignedHeaders"]), ";"), fields["Signature"]}, nil
}

func signingTime(r *http.Request, header string) (time.Time, error) {
	if when, err := time.Parse(timeFormat, r.Header.Get("X-Amz-Date")); err == nil {
		return when, nil
	}
	if when, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		return when.UTC(), nil
	}
	return time.Time{}, newError(ofService, "IncompleteSignatureException",
		"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=%s", algorithm)
}

func (s *Server) checkScope(a authorization, when, now time.Time) error {
	now = now.UTC()
	early, late := now.Add(-maxSkew), now.Add(maxSkew)
	switch {
	case a.region != s.opts.Region:
		return badSignature("Credential should be scoped to a valid region, not '" + a.region + "'. ")
	case a.service != "dynamodb":
		return badSignature("Credential should be scoped to correct service: 'dynamodb'. ")
	case a.date != when.Format("20060102"):
		return badSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			a.date + "' != '" + when.Format("20060102") + "', from '" + when.Format(timeFormat) + "'.")
	case !slices.Contains(a.signedHeaders, "host") || !slices.Contains(a.signedHeaders, "x-amz-target"):
		return badSignature("'Host' and every 'X-Amz-' header must be 'SignedHeaders' in the AWS Authorization.")
	case when.Before(early):
		return badSignature("Signature expired: " + when.Format(timeFormat) + " is now earlier than " + early.Format(timeFormat) +
			" (" + now.Format(timeFormat) + " - 15 min.)")
	case when.After(late):
		return badSignature("Signature not yet current: " + when.Format(timeFormat) + " is still later than " + late.Format(timeFormat) +
			" (" + now.Format(timeFormat) + " + 15 min.)")
	}
	return nil
}

func canonicalRequest(r *http.Request, signedHeaders []string, body []byte) string {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n" + path + "\n" + canonicalQuery(r.URL.Query()) + "\n")
	for _, name := range signedHeaders {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	sum := sha256.Sum256(body)
	b.WriteString("\n" + strings.Join(signedHeaders, ";") + "\n" + hex.EncodeToString(sum[:]))
	return b.String()
}

func canonicalQuery(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

func headerValue(r *http.Request, name string) string {
	if name == "host" {
		return r.Host
	}
	values := slices.Clone(r.Header.Values(name))
	for i, v := range values {
		values[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(values, ",")
}

// sign computes the signature in hexadecimal.
func sign(secret string, a authorization, when time.Time, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	scope := a.date + "/" + a.region + "/" + a.service + "/aws4_request"
	text := algorithm + "\n" + when.Format(timeFormat) + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	key := []byte("AWS4" + secret)
	for _, part := range []string{a.date, a.region, a.service, "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
