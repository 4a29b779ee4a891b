package httpapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

var caller = domain.Caller{UserID: domain.RestoreID[domain.User](lessonID), SessionID: domain.RestoreID[domain.Session](lessonID), Role: domain.Editor}

// good is a verifier that knows one token.
var good = verifyFunc(func(token string) (domain.Caller, error) {
	if token != "good.token.x" {
		return domain.Caller{}, auth.ErrToken.Because(errors.New("not " + token))
	}
	return caller, nil
})

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	whoAmI := httpapi.Authenticate(good, httpapi.Query(func(_ context.Context, in struct{ Caller domain.Caller }) (string, error) {
		return in.Caller.UserID.String() + " " + in.Caller.SessionID.String() + " " + in.Caller.Role.String(), nil
	}))
	for _, header := range []string{"Bearer good.token.x", "bearer good.token.x", "BEARER good.token.x", "Bearer   good.token.x  ", " Bearer good.token.x"} {
		got := call(t, whoAmI, request("GET", "", "authorization", header))
		if want := `{"data":"` + lessonID + " " + lessonID + ` editor","success":true}`; got.body != want {
			t.Errorf("%q: %d %s, want %s", header, got.status, got.body, want)
		}
	}
}

// D66: 401 came without WWW-Authenticate.
func TestD66Every401Challenges(t *testing.T) {
	t.Parallel()
	reached := httpapi.Authenticate(good, httpapi.Command(200, func(context.Context, struct {
		Caller domain.Caller
		Body   struct{}
	}) (struct{}, error) {
		panic("an unknown caller reached the use case")
	}))
	const missing, invalid = `Bearer realm="lyceum"`, `Bearer realm="lyceum", error="invalid_token", error_description="The access token is not valid or has expired."`
	for name, test := range map[string]struct{ header, code, challenge string }{
		"no header":                    {"", "auth.token_missing", missing},
		"a blank header":               {"  ", "auth.token_missing", missing},
		"Basic":                        {"Basic YTpi", "auth.token_missing", missing},
		"a token without scheme":       {"good.token.x", "auth.token_missing", missing},
		"a scheme that begins as ours": {"Bearerx good.token.x", "auth.token_missing", missing},
		"a tab for the space":          {"Bearer\tgood.token.x", "auth.token_missing", missing},
		"Bearer alone":                 {"Bearer", "auth.token_invalid", invalid},
		"Bearer and spaces":            {"Bearer   ", "auth.token_invalid", invalid},
		"another token":                {"Bearer bad.token.x", "auth.token_invalid", invalid},
		"two tokens":                   {"Bearer good.token.x good.token.x", "auth.token_invalid", invalid},
		"two headers, joined as it is": {"Bearer good.token.x, Bearer good.token.x", "auth.token_invalid", invalid},
		"a token that writes a header": {"Bearer x\", error=\"none\r\nSet-Cookie: a=b", "auth.token_invalid", invalid},
		"a megabyte":                   {"Bearer " + strings.Repeat("a", 1<<20), "auth.token_invalid", invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := jsonRequest("{") // a caller who is not known learns nothing of the body
			if test.header != "" {
				e.Headers["authorization"] = test.header
			}
			got := call(t, reached, e)
			if got.status != 401 || got.Code != test.code || got.header["www-authenticate"] != test.challenge {
				t.Errorf("got %d %s, challenge %q; want 401 %s, %q", got.status, got.Code, got.header["www-authenticate"], test.code, test.challenge)
			}
		})
	}
	t.Run("a token elsewhere than in the header does not count", func(t *testing.T) {
		t.Parallel()
		e := jsonRequest("{}")
		e.QueryStringParameters = map[string]string{"access_token": "good.token.x"}
		e.Cookies = []string{"access_token=good.token.x"}
		if got := call(t, reached, e); got.status != 401 {
			t.Errorf("got %d %s, want 401", got.status, got.body)
		}
	})
	t.Run("a use case that answers 401 challenges too", func(t *testing.T) {
		t.Parallel()
		if got := call(t, fails(auth.ErrToken), request("GET", "")); got.status != 401 || !strings.HasPrefix(got.header["www-authenticate"], "Bearer ") {
			t.Errorf("got %d %v", got.status, got.header)
		}
	})
	t.Run("no other answer does", func(t *testing.T) {
		t.Parallel()
		for _, err := range []error{nil, domain.ErrNoUser, errors.New("x")} {
			if got, ok := call(t, fails(err), request("GET", "")).header["www-authenticate"]; ok {
				t.Errorf("%v: WWW-Authenticate %q", err, got)
			}
		}
	})
}
