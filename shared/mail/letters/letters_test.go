package letters_test

import (
	"strings"
	"testing"

	"lyceum/shared/domain"
	"lyceum/shared/mail/letters"
)

var all = map[string]letters.Kind{
	"welcome": letters.Welcome, "verification": letters.Verification, "reset": letters.Reset, "password changed": letters.PasswordChanged,
	"change confirm": letters.ChangeConfirm, "change requested": letters.ChangeRequested, "address taken": letters.AddressTaken,
	"email changed": letters.EmailChanged, "role changed": letters.RoleChanged,
}

func TestEveryLetterIsWholeInBothForms(t *testing.T) {
	t.Parallel()
	const link = "https://learn.example.org/x?token=a-b_c"
	asks := map[string]bool{"welcome": true, "verification": true, "reset": true, "change confirm": true}
	to, name := domain.RestoreEmail("ana@example.org"), domain.RestoreUsername("Ana d'Arc")
	for what, kind := range all {
		m, err := kind.Write(to, name, link)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if m.To != to || m.Subject == "" || strings.ContainsAny(m.Subject, "\r\n<{") || !strings.Contains(m.HTML, "<title>"+m.Subject+"</title>") {
			t.Errorf("%s: to %s, subject %q", what, m.To, m.Subject)
		}
		if !strings.HasPrefix(m.Text, "Hello Ana d'Arc,\n") || !strings.Contains(m.HTML, "<p>Hello Ana d&#39;Arc,</p>") {
			t.Errorf("%s greets\n%s\n%s", what, m.Text, m.HTML)
		}
		if got := strings.Count(m.Text, link+"\n"); (got == 1) != asks[what] || strings.Contains(m.HTML, `<a href="`+link+`">`) != asks[what] {
			t.Errorf("%s has the link %d times, want it: %v\n%s", what, got, asks[what], m.HTML)
		}
		if strings.Contains(m.Text+m.HTML, "{{") || strings.Contains(m.Text, "<") {
			t.Errorf("%s is not filled in:\n%s", what, m.Text)
		}
		nameless, err := kind.Write(to, domain.Username{}, link)
		if err != nil || !strings.HasPrefix(nameless.Text, "Hello,\n") || strings.Contains(nameless.HTML, "Ana") {
			t.Errorf("%s without a name: %v\n%s", what, err, nameless.Text)
		}
	}
}

// D61: names are data, not markup, whatever rules they passed; and no link but http leads anywhere.
func TestD61NamesAndLinksAreEscaped(t *testing.T) {
	t.Parallel()
	name := domain.RestoreUsername(`<img src=x onerror=alert(1)>"'{{.Link}}` + "\r\nBcc: all@example.org")
	for what, kind := range all {
		m, err := kind.Write(domain.RestoreEmail("ana@example.org"), name, `javascript:alert("x")`)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, `href="javascript`) || strings.ContainsAny(m.Subject, "\r\n") {
			t.Errorf("%s:\n%s\n%s", what, m.Subject, m.HTML)
		}
	}
}
