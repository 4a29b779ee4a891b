package main

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/mailbox"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "users/send-welcome-mail"

func created(t testing.TB, id domain.UserID, at time.Time) domain.Event {
	t.Helper()
	event, err := domain.NewEvent(domain.UserCreated, at, rand.Reader, map[string]string{"userId": id.String()})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func deliver(t testing.TB, consumer *localtest.Consumer, event domain.Event) {
	t.Helper()
	if err := consumer.Deliver(event); err != nil {
		t.Errorf("%s: %v", event.Type, err)
	}
}

func newStand(t testing.TB) (*localtest.Stand, *mailbox.Box, *localtest.Consumer) {
	t.Helper()
	stand := localtest.New(t)
	box := stand.Mailbox(t)
	return stand, box, stand.Consume(t, name, handler)
}

func TestANewUserIsWelcomedWithALinkThatVerifies(t *testing.T) {
	t.Parallel()
	stand, box, consumer := newStand(t)
	user := stand.NewUser(t)
	event := created(t, user.ID, time.Now())
	stand.WantCalls(t, name, func() { deliver(t, consumer, event) })
	mails := box.Messages(user.Email)
	if len(mails) != 1 {
		t.Fatalf("mails %+v, want one", mails)
	}
	links := mails[0].Links()
	if len(links) != 1 || !strings.HasPrefix(links[0], "http://localhost:5173/verify-email?token=") || !strings.Contains(mails[0].HTML, `href="`+links[0]+`"`) {
		t.Fatalf("links %q in\n%s", links, mails[0].HTML)
	}
	if strings.Contains(mails[0].Text+mails[0].HTML, "Test Learner") {
		t.Error("the mail greets a stranger by the name that somebody chose")
	}
	home := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	if _, _, _, err := auth.OpenLink(t.Context(), home, domain.VerifyLink, localtest.TokenOf(t, links[0]), time.Now()); err != nil {
		t.Errorf("the link opens nothing: %v", err)
	}
	for _, item := range stand.Items(t, "IDENTITY_TABLE") {
		for name, value := range item {
			if text, ok := value.(string); ok && strings.Contains(text, localtest.TokenOf(t, links[0])) {
				t.Errorf("%s holds the token", name)
			}
		}
	}
}

func TestWhoIsNotWelcomed(t *testing.T) {
	t.Parallel()
	stand, box, consumer := newStand(t)
	now := time.Now()
	deliver(t, consumer, created(t, stand.Ghost(t).ID, now)) // deleted meanwhile
	deliver(t, consumer, created(t, stand.NewUser(t).ID, now.Add(-25*time.Hour)))
	verified := stand.NewUser(t)
	if _, err := (dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}).Update(t.Context(), verified.ID, func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(domain.RestoreEmail(verified.Email), now, rand.Reader)
	}); err != nil {
		t.Fatal(err)
	}
	deliver(t, consumer, created(t, verified.ID, now))
	late := stand.NewUser(t) // who has asked for another link since
	token := stand.Link(t, domain.VerifyLink, late.ID, late.Email, now.Add(time.Second))
	deliver(t, consumer, created(t, late.ID, now))
	if mails := box.Messages(""); len(mails) != 0 {
		t.Errorf("mails %+v, want none", mails)
	}
	home := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	if _, _, _, err := auth.OpenLink(t.Context(), home, domain.VerifyLink, token, now); err != nil {
		t.Errorf("the newer link was replaced by the older: %v", err)
	}
	// D13: no mail can be sent before the at sign in Unicode; retrying would not help.
	deliver(t, consumer, created(t, stand.NewUserOf(t, "léa@example.org", cheap).ID, now))
	deliver(t, consumer, created(t, stand.NewUserOf(t, "lea@exämple.org", cheap).ID, now))
	if mails := box.Messages(""); len(mails) != 1 || mails[0].To != "lea@xn--exmple-cua.org" {
		t.Errorf("mails %+v, want the one to the address whose domain alone is Unicode", mails)
	}
}

var cheap = auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}

func TestAnEventThatComesAgainSendsNoSecondMail(t *testing.T) {
	t.Parallel()
	stand, box, consumer := newStand(t)
	user := stand.NewUser(t)
	event := created(t, user.ID, time.Now())
	var all sync.WaitGroup
	for range 8 { // at the same time, as two changes of a user within a moment bring it
		all.Go(func() { deliver(t, consumer, event) })
	}
	all.Wait()
	consumer.Pass(23 * time.Hour) // any later change of the user brings it
	deliver(t, consumer, event)
	if mails := box.Messages(user.Email); len(mails) != 1 {
		t.Errorf("%d mails, want one", len(mails))
	}
}

// SES cannot be asked what it has sent, so a death behind its call alone sends the mail twice: the same one, with the same link.
func TestAKilledFunctionSendsOneMailMoreThanItHasTo(t *testing.T) {
	t.Parallel()
	stand, box, consumer := newStand(t)
	twice := 0
	stand.EachDeath(t, func() (func() error, func(*testing.T)) {
		user := stand.NewUser(t)
		event := created(t, user.ID, time.Now())
		return func() error {
				consumer.Pass(5 * time.Second) // longer than the dead one may be at it
				return consumer.Deliver(event)
			}, func(t *testing.T) {
				mails := box.Messages(user.Email)
				if len(mails) == 0 || len(mails) > 2 || mails[0].Text != mails[len(mails)-1].Text {
					t.Errorf("mails %+v, want one, or the same twice", mails)
				}
				twice += len(mails) - 1
			}
	})
	if twice != 2 {
		t.Errorf("after %d deaths the mail came twice, want the two between SES and the note of it", twice)
	}
}

func TestAMailThatFailedComesWithTheEventAgain(t *testing.T) {
	t.Parallel()
	stand, box, consumer := newStand(t)
	user := stand.NewUser(t)
	event := created(t, user.ID, time.Now())
	stand.MailDown.Store(true)
	err := consumer.Deliver(event)
	if err == nil || strings.Contains(err.Error(), user.Email) {
		t.Errorf("without SES: %v, want an error that does not name the recipient", err)
	}
	for _, item := range stand.Items(t, "EPHEMERAL_TABLE") {
		if item["leaseUntil"] != 0.0 {
			t.Errorf("the next one must wait until %v", item["leaseUntil"])
		}
	}
	stand.MailDown.Store(false)
	for _, words := range []string{"GetItem", "PutItem"} {
		stand.Intercept(localtest.Down(words))
		if err := consumer.Deliver(event); err == nil {
			t.Errorf("without %s: no error", words)
		}
	}
	stand.Intercept(nil)
	deliver(t, consumer, event)
	if mails := box.Messages(user.Email); len(mails) != 1 {
		t.Errorf("mails %+v, want one", mails)
	}
}
