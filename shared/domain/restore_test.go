package domain_test

import (
	"testing"

	"lyceum/shared/domain"
)

// D63: what was stored was judged again when it was read, so a stricter rule locked out who was there before it.
func TestD63WhatIsStoredIsNotJudgedAgain(t *testing.T) {
	t.Parallel()
	const address, name = `"quoted local"@old-rules`, "<x>"
	if _, err := domain.ParseEmail(address); err == nil {
		t.Fatal("the address is good, and shows nothing")
	}
	if _, err := domain.ParseUsername(name); err == nil {
		t.Fatal("the name is good, and shows nothing")
	}
	user := domain.RestoreUser(domain.UserState{Email: domain.RestoreEmail(address), Username: domain.RestoreUsername(name)})
	if s := user.State(); s.Email.String() != address || s.Username.String() != name {
		t.Errorf("got %q and %q", s.Email, s.Username)
	}
}
