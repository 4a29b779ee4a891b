package main_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
)

// mail is a message in the mailbox.
type mail struct{ To, Subject, Text string }

// token waits for the newest mail to an address with a subject, and gives the token in its link.
func token(t *testing.T, base, to, subject string) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for _, m := range mails(t, base, to) {
			if m.Subject == subject {
				_, link, _ := strings.Cut(m.Text, "http")
				return localtest.TokenOf(t, strings.Fields("http" + link)[0])
			}
		}
	}
	t.Fatalf("no mail to %s says %q; there are %+v", to, subject, mails(t, base, ""))
	return ""
}

func mails(t *testing.T, base, to string) (list []mail) {
	t.Helper()
	r, err := send(http.MethodGet, base+"/_local/mail?to="+url.QueryEscape(to), "", "", nil)
	if err == nil {
		err = json.Unmarshal(r.Body, &list)
	}
	if err != nil {
		t.Fatalf("the mailbox: %v: %.300s", err, r.Body)
	}
	return list
}

// TestLinksInMail follows every link that is mailed, through the real processes and the bus.
func TestLinksInMail(t *testing.T) {
	if *api != "" || os.Getenv(localtest.OtherDynamoDB) != "" {
		t.Skip("mail needs the events of the embedded DynamoDB")
	}
	data := t.TempDir()
	cloud := goRun(t, "--data", data)
	base := cloud.URL + "/api/auth"
	const old, first, second = "ada@example.org", `"correct horse battery"`, `"another horse battery"`
	login := func(status int, email, password string) {
		t.Helper()
		post(t, status, base+"/login", "", `{"email":"`+email+`","password":`+password+`}`, nil)
	}
	var in struct{ AccessToken string }
	post(t, http.StatusCreated, base+"/register", "", `{"email":"`+old+`","username":"Ada","password":`+first+`}`, &in)
	verify := `{"token":"` + token(t, cloud.URL, old, "Welcome to Lyceum") + `"}`
	post(t, http.StatusNoContent, base+"/email/verify", "", verify, nil)
	var me struct {
		Email         string
		EmailVerified bool
	}
	if get(t, cloud.URL+"/api/users/me", in.AccessToken, &me); !me.EmailVerified {
		t.Error("the address is not verified")
	}

	post(t, http.StatusAccepted, base+"/password/forgot", "", `{"email":"nobody@example.org"}`, nil)
	post(t, http.StatusAccepted, base+"/password/forgot", "", `{"email":"`+old+`"}`, nil)
	reset := `{"token":"` + token(t, cloud.URL, old, "Choose a new password") + `","password":` + second + `}`
	post(t, http.StatusNoContent, base+"/password/reset", "", reset, nil)
	post(t, http.StatusBadRequest, base+"/password/reset", "", reset, nil)
	login(http.StatusUnauthorized, old, first)
	want(t, http.StatusUnauthorized, http.MethodGet, cloud.URL+"/api/users/me", in.AccessToken, "", nil, nil)
	post(t, http.StatusOK, base+"/login", "", `{"email":"`+old+`","password":`+second+`}`, &in)

	const next = "ada@new.example.org"
	post(t, http.StatusAccepted, base+"/email/change", in.AccessToken, `{"newEmail":"`+next+`","password":`+second+`}`, nil)
	confirm := `{"token":"` + token(t, cloud.URL, next, "Confirm your new e-mail address") + `"}`
	login(http.StatusOK, old, second)
	login(http.StatusUnauthorized, next, second)
	post(t, http.StatusNoContent, base+"/email/change/confirm", "", confirm, nil)
	login(http.StatusUnauthorized, old, second)
	login(http.StatusOK, next, second)
	for _, notice := range []string{"Your password was changed", "A new e-mail address was asked for", "Your e-mail address was changed"} {
		found := false
		for deadline := time.Now().Add(30 * time.Second); !found && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			for _, m := range mails(t, cloud.URL, old) {
				found = found || m.Subject == notice
			}
		}
		if !found {
			t.Errorf("no mail to %s says %q", old, notice)
		}
	}
	if stray := mails(t, cloud.URL, "nobody@example.org"); len(stray) != 0 {
		t.Errorf("an unknown address got %+v", stray)
	}
	if files, err := filepath.Glob(filepath.Join(data, "mail", "*.eml")); err != nil || len(files) < 6 {
		t.Errorf("%d files in the data folder, %v; want one for each mail", len(files), err)
	}
	for _, address := range []string{old, next, "nobody@example.org"} {
		if strings.Contains(cloud.output.String(), address) {
			t.Errorf("the log names %s", address)
		}
	}
}
