package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
)

func TestD80CommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, password := range []string{"12345678", "password1", "PASSWORD1", "ｐａｓｓｗｏｒｄ１", "iloveyou"} {
		t.Run(password+" is refused", func(t *testing.T) {
			answer := api.Post(path, "", body(t, "ana@example.org", "Ana", password))
			f := answer.Fails(t, http.StatusBadRequest, "auth.password_common")
			if f.Fields() != "password" || !strings.Contains(f.Details[0].Message, "Choose another") {
				t.Errorf("details %+v, want the field password and what to do", f.Details)
			}
			if bytes.Contains(answer.Body, []byte(password)) {
				t.Errorf("the answer repeats the password: %s", answer.Body)
			}
		})
	}
	t.Run("together with the other mistakes", func(t *testing.T) {
		f := api.Post(path, "", body(t, "no address", "<b>", "password1")).Fails(t, http.StatusBadRequest, "request.invalid")
		if f.Fields() != "email username password" {
			t.Errorf("details name %q, want all three", f.Fields())
		}
	})
	if items := stand.Items(t, "IDENTITY_TABLE"); len(items) != 0 {
		t.Errorf("refused requests left %v", items)
	}
}
