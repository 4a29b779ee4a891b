package main

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum"
	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/platform"
)

const (
	name = "auth/get-jwks"
	path = "/.well-known/jwks.json"
)

// serve answers with other keys than the stand's, "" for the stand's own.
func serve(t *testing.T, keys string) (*localtest.Stand, *localtest.API) {
	t.Helper()
	stand := localtest.New(t)
	if keys == "" {
		return stand, stand.Serve(t, name, handler)
	}
	return stand, stand.ServeEnv(t, name, with(stand.Env(t, name), keys), handler)
}

// with is env with other keys.
func with(env *platform.Env, keys string) *platform.Env {
	return platform.NewEnv(func(name string) string {
		if name == "VERIFYING_KEYS" {
			return keys
		}
		return env.Lookup(name)
	}, io.Discard)
}

func get(api *localtest.API, noneMatch ...string) localtest.Answer {
	header := http.Header{}
	if noneMatch != nil {
		header["If-None-Match"] = noneMatch
	}
	return api.Do(localtest.Request{Method: http.MethodGet, Path: path, Header: header})
}

// wantHeaders checks what makes the answer one that caches keep.
func wantHeaders(t *testing.T, answer localtest.Answer) {
	t.Helper()
	for header, want := range map[string]string{"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"} {
		if got := answer.Header.Values(header); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if tag := answer.Header.Get("ETag"); len(tag) < 10 || tag[0] != '"' {
		t.Errorf("ETag: %s", tag)
	}
}

func TestGetJwksAnswersTheSetItself(t *testing.T) {
	t.Parallel()
	stand, api := serve(t, "")
	stand.Intercept(localtest.Down())
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = get(api) })
	if shape, want := answer.Shape(t), "{keys:[{alg:text crv:text kid:text kty:text use:text x:text}]}"; answer.Status != http.StatusOK || shape != want {
		t.Errorf("got %d %s\nshape %s\n want %s", answer.Status, answer.Body, shape, want)
	}
	if got := answer.Header.Get("Content-Type"); got != "application/jwk-set+json" {
		t.Errorf("Content-Type: %s", got)
	}
	wantHeaders(t, answer)

	t.Run("and it checks the tokens that sign-ins give out", func(t *testing.T) {
		ring, err := auth.ParseKeyRing(string(answer.Body))
		if err != nil {
			t.Fatal(err)
		}
		issuer := auth.Issuer{Name: stand.Variable("TOKEN_ISSUER"), Audience: stand.Variable("TOKEN_AUDIENCE")}
		stand.Intercept(nil)
		user := stand.NewUser(t)
		if caller, err := auth.NewVerifier(ring, issuer, time.Now).Verify(user.Token); err != nil || caller.UserID != user.ID {
			t.Errorf("got %v, %v", caller, err)
		}
	})
}

func TestGetJwksTellsNoPrivateKey(t *testing.T) {
	t.Parallel()
	private, err := auth.NewSecret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := auth.NewHS256Secret(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	both, err := shared.Rotate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		keys   string
		public int
	}{
		"of a ring that should not have been given to this function": {private.Signing, 1},
		"of a shared secret":                             {shared.Verifying, 0},
		"of a shared secret with a public key beside it": {both.Verifying, 1},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			_, api := serve(t, c.keys)
			answer := get(api)
			var set map[string][]map[string]string
			if err := json.Unmarshal(answer.Body, &set); err != nil || answer.Status != http.StatusOK || set["keys"] == nil || len(set["keys"]) != c.public {
				t.Fatalf("got %d %s (%v), want %d keys", answer.Status, answer.Body, err, c.public)
			}
			var given map[string][]map[string]string
			if err := json.Unmarshal([]byte(c.keys), &given); err != nil {
				t.Fatal(err)
			}
			for _, k := range given["keys"] {
				for _, member := range []string{"d", "k"} {
					if k[member] != "" && strings.Contains(string(answer.Body), k[member]) {
						t.Errorf("it tells %s", member)
					}
				}
			}
			for _, k := range set["keys"] {
				if k["kty"] != "OKP" || len(k) != 6 || k["d"]+k["k"] != "" {
					t.Errorf("got the key %v", k)
				}
			}
		})
	}
}

func TestGetJwksIsNotSentAgainUntilItChanges(t *testing.T) {
	t.Parallel()
	_, api := serve(t, "")
	tag := get(api).Header.Get("ETag")
	for what, c := range map[string]struct {
		header []string
		status int
	}{
		"its tag":                   {[]string{tag}, http.StatusNotModified},
		"its tag as a weak one":     {[]string{"W/" + tag}, http.StatusNotModified},
		"its tag among others":      {[]string{`"a", ` + tag + `,"b"`}, http.StatusNotModified},
		"its tag in a second line":  {[]string{`"a"`, tag}, http.StatusNotModified},
		"a star":                    {[]string{"*"}, http.StatusNotModified},
		"another tag":               {[]string{`"a"`}, http.StatusOK},
		"its tag without quotes":    {[]string{strings.Trim(tag, `"`)}, http.StatusOK},
		"nothing":                   {[]string{""}, http.StatusOK},
		"a list of nothing":         {[]string{",,"}, http.StatusOK},
		"the beginning of its tag":  {[]string{tag[:5]}, http.StatusOK},
		"its tag in capital letter": {[]string{"w/" + tag}, http.StatusOK},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			answer := get(api, c.header...)
			if answer.Status != c.status || (len(answer.Body) == 0) != (c.status == http.StatusNotModified) {
				t.Errorf("got %d with %d bytes, want %d", answer.Status, len(answer.Body), c.status)
			}
			wantHeaders(t, answer)
		})
	}
	t.Run("other keys have another tag", func(t *testing.T) {
		t.Parallel()
		_, other := serve(t, "")
		if answer := get(other, tag); answer.Status != http.StatusOK || answer.Header.Get("ETag") == tag {
			t.Errorf("got %d with %s", answer.Status, answer.Header.Get("ETag"))
		}
	})
}

func TestD15NoKeyNoStart(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	for what, keys := range map[string]string{
		"a missing key":           "",
		"the seed's default":      "your-secret-here",
		"a ring without keys":     `{"keys":[]}`,
		"a secret of 31 bytes":    `{"keys":[{"kty":"oct","alg":"HS256","kid":"a","k":"` + strings.Repeat("A", 42) + `"}]}`,
		"an unresolved reference": "{{resolve:secretsmanager:lyceum-dev/keys:SecretString:verifying}}",
	} {
		t.Run(what+" stops the function at init, and a line says which variable", func(t *testing.T) {
			t.Parallel()
			env := with(stand.Env(t, name), keys)
			handler(env)
			if err := env.Err(); err == nil || !strings.HasPrefix(err.Error(), "VERIFYING_KEYS: ") {
				t.Errorf("got %v, want a refusal of VERIFYING_KEYS", err)
			}
		})
	}
	t.Run("every key of the template comes from Secrets Manager", func(t *testing.T) {
		t.Parallel()
		var found int
		for i, line := range strings.Split(string(lyceum.Template), "\n") {
			variable, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch variable {
			case "SIGNING_KEYS", "VERIFYING_KEYS", "CURSOR_KEY", "REFRESH_KEY", "LINK_KEY":
				found++
				if !strings.HasPrefix(value, `!Sub "{{resolve:secretsmanager:lyceum-${Environment}/keys:SecretString:`) && value != "!GetAtt VerifyingKeys.Value" {
					t.Errorf("line %d: %s does not", i+1, variable)
				}
			}
		}
		if found < 10 {
			t.Errorf("%d keys found", found)
		}
	})
}

func TestD27EveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
