package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

var cheap = auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}

// mailing is everything that has a mail sent, as somebody could do it to one address: from accounts
// of their own, or as a stranger.
var mailing = []domain.EventType{
	domain.ResetRequested, domain.VerificationRequested, domain.EmailChangeRequested, domain.PasswordChanged, domain.UserEmailChanged,
}

func TestAMailboxIsNotBombed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	at := time.Now()
	bomb := func(id domain.UserID, n int) {
		t.Helper()
		for i := range n {
			event, err := domain.NewEvent(mailing[i%len(mailing)], at.Add(time.Duration(i)*time.Millisecond), rand.Reader, map[string]string{"userId": id.String()})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.consumer.Deliver(event); err != nil {
				t.Fatal(err)
			}
		}
	}
	asks := func(n int, address string) domain.UserID { // an account of the attacker's that asks for the victim's address
		attacker := s.NewUser(t)
		s.change(attacker, func(u *domain.User) (*domain.Event, error) {
			return u.AskEmail(domain.RestoreEmail(address), at, rand.Reader)
		})
		bomb(attacker.ID, n)
		return attacker.ID
	}
	const stranger = "stranger@example.org"
	for range 50 {
		asks(10, stranger)
	}
	squatter := s.NewUserOf(t, "squatted@example.org", cheap)
	bomb(squatter.ID, 500)
	for range 50 {
		asks(10, s.user.Email)
	}
	bomb(s.user.ID, 500)
	for address, most := range map[string]int{stranger: 5, squatter.Email: 5, s.user.Email: 10 + 20} {
		mails := s.box.Messages(address)
		if len(mails) > most || len(mails) == 0 {
			t.Errorf("%s got %d mails, want some and at most %d", address, len(mails), most)
		}
		for _, m := range mails {
			if address != s.user.Email && (len(m.Links()) != 1 || strings.Contains(m.Text+m.HTML, "Test Learner")) {
				t.Errorf("%s, never verified, gets more than a link that verifies it: %s", address, m.Text)
			}
		}
	}
}

// The old address was told of a change by the new owner's name for themselves, though nobody had
// ever confirmed it.
func TestNothingIsMailedToAnAddressThatNeverConfirmed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	attacker := s.NewUserOf(t, "victim@example.org", cheap)
	s.deliver(domain.PasswordChanged, attacker.ID)
	for i := range 3 {
		next := domain.RestoreEmail(fmt.Sprintf("attacker%d@example.org", i))
		s.change(attacker, func(u *domain.User) (*domain.Event, error) { return u.AskEmail(next, time.Now(), rand.Reader) })
		s.deliver(domain.EmailChangeRequested, attacker.ID)
		s.change(attacker, func(u *domain.User) (*domain.Event, error) { return u.SwitchEmail(next, time.Now(), rand.Reader) })
		s.deliver(domain.UserEmailChanged, attacker.ID)
	}
	s.want("victim@example.org")
	s.want("attacker1@example.org", "A new e-mail address was asked for", "Confirm your new e-mail address", "Your e-mail address was changed")
	other := s.NewUser(t) // who asks for an address that another has registered and not verified
	squatted := s.NewUserOf(t, "squatted@example.org", cheap)
	s.change(other, func(u *domain.User) (*domain.Event, error) {
		return u.AskEmail(domain.RestoreEmail(squatted.Email), time.Now(), rand.Reader)
	})
	s.deliver(domain.EmailChangeRequested, other.ID)
	s.want(squatted.Email)
	s.want(other.Email)
}

func TestAMailThatCannotBeCountedComesLater(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	event, err := domain.NewEvent(domain.ResetRequested, time.Now(), rand.Reader, map[string]string{"userId": s.user.ID.String()})
	if err != nil {
		t.Fatal(err)
	}
	s.Intercept(localtest.Down("UpdateItem", "RL#"))
	if err := s.consumer.Deliver(event); err == nil {
		t.Error("without the limits table: no error")
	}
	s.want(s.user.Email)
	s.Intercept(nil)
	if err := s.consumer.Deliver(event); err != nil {
		t.Error(err)
	}
	s.want(s.user.Email, "Choose a new password")
}
