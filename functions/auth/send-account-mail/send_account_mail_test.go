package main

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/mailbox"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "auth/send-account-mail"

// scene is a stand with the consumer, its mailbox and a verified user.
type scene struct {
	*localtest.Stand
	t        testing.TB
	consumer *localtest.Consumer
	box      *mailbox.Box
	user     localtest.User
	accounts dynamo.Accounts
	last     domain.Event // that was delivered
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{Stand: localtest.New(t), t: t}
	s.box = s.Mailbox(t)
	s.consumer = s.Consume(t, name, handler)
	s.user = s.NewUser(t)
	s.accounts = dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Region: localtest.Region, Now: time.Now}
	s.change(s.user, func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(domain.RestoreEmail(s.user.Email), time.Now(), rand.Reader)
	})
	return s
}

func (s *scene) change(user localtest.User, change func(*domain.User) (*domain.Event, error)) {
	s.t.Helper()
	if _, err := s.accounts.Update(s.t.Context(), user.ID, change); err != nil {
		s.t.Fatal(err)
	}
}

// deliver hands over an event of a user, and again, since it comes at least once.
func (s *scene) deliver(kind domain.EventType, id domain.UserID) {
	s.t.Helper()
	event, err := domain.NewEvent(kind, time.Now(), rand.Reader, map[string]string{"userId": id.String()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.last = event
	for range 2 {
		if err := s.consumer.Deliver(event); err != nil {
			s.t.Errorf("%s: %v", kind, err)
		}
	}
}

// sent are the subjects to an address.
func (s *scene) sent(to string) (subjects []string) {
	s.t.Helper()
	for _, m := range s.box.Messages(to) {
		subjects = append(subjects, m.Subject)
	}
	slices.Sort(subjects)
	return subjects
}

// opens checks that the newest mail to an address has a link to a page, which opens.
func (s *scene) opens(to, page string, kind domain.LinkKind) {
	s.t.Helper()
	links := s.box.Messages(to)[0].Links()
	if len(links) != 1 || !strings.HasPrefix(links[0], "http://localhost:5173"+page+"?token=") {
		s.t.Fatalf("links %q, want one to %s", links, page)
	}
	if _, _, _, err := auth.OpenLink(s.t.Context(), s.accounts, kind, localtest.TokenOf(s.t, links[0]), time.Now()); err != nil {
		s.t.Errorf("the link opens nothing: %v", err)
	}
}

func (s *scene) want(to string, subjects ...string) {
	s.t.Helper()
	if got := s.sent(to); !slices.Equal(got, subjects) {
		s.t.Errorf("to %s: %q, want %q", to, got, subjects)
	}
}

func TestAResetLinkIsMailed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	event, err := domain.NewEvent(domain.ResetRequested, time.Now(), rand.Reader, map[string]string{"userId": s.user.ID.String()})
	if err != nil {
		t.Fatal(err)
	}
	s.WantCalls(t, name, func() {
		if err := s.consumer.Deliver(event); err != nil {
			t.Error(err)
		}
	})
	s.want(s.user.Email, "Choose a new password")
	s.opens(s.user.Email, "/reset-password", domain.ResetLink)
	if text := s.box.Messages("")[0].Text; !strings.HasPrefix(text, "Hello Test Learner,") {
		t.Errorf("a verified user is greeted by %.40q", text)
	}
	s.deliver(domain.ResetRequested, s.Ghost(t).ID) // what forgot-password records of an unknown address
	if n := len(s.box.Messages("")); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

func TestAVerificationIsMailedUntilTheAddressIsVerified(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deliver(domain.VerificationRequested, s.user.ID)
	s.want("")
	other := s.NewUser(t)
	s.deliver(domain.VerificationRequested, other.ID)
	s.want(other.Email, "Confirm your e-mail address")
	s.opens(other.Email, "/verify-email", domain.VerifyLink)
	if text := s.box.Messages("")[0].Text; strings.Contains(text, "Test Learner") {
		t.Errorf("a stranger is greeted by a name: %.40q", text)
	}
}

// D81: the old address is told, the new one gets the link.
func TestD81AChangeOfAddressIsMailedToBoth(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.change(s.user, func(u *domain.User) (*domain.Event, error) {
		return u.AskEmail(domain.RestoreEmail("new@example.org"), time.Now(), rand.Reader)
	})
	s.deliver(domain.EmailChangeRequested, s.user.ID)
	s.want(s.user.Email, "A new e-mail address was asked for")
	s.want("new@example.org", "Confirm your new e-mail address")
	s.opens("new@example.org", "/confirm-email-change", domain.EmailChangeLink)
	if notice := s.box.Messages(s.user.Email)[0]; len(notice.Links()) != 0 || strings.Contains(notice.Text, "new@") {
		t.Errorf("the notice tells too much: %s", notice.Text)
	}
	s.change(s.user, func(u *domain.User) (*domain.Event, error) {
		return u.SwitchEmail(domain.RestoreEmail("new@example.org"), time.Now(), rand.Reader)
	})
	s.deliver(domain.EmailChangeRequested, s.user.ID) // late
	s.deliver(domain.UserEmailChanged, s.user.ID)
	s.want(s.user.Email, "A new e-mail address was asked for", "Your e-mail address was changed")
	s.want("new@example.org", "Confirm your new e-mail address")
}

func TestTheOwnerOfATakenAddressIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	owner := s.NewUser(t)
	s.change(owner, func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(domain.RestoreEmail(owner.Email), time.Now(), rand.Reader)
	})
	s.change(s.user, func(u *domain.User) (*domain.Event, error) {
		return u.AskEmail(domain.RestoreEmail(owner.Email), time.Now(), rand.Reader)
	})
	s.deliver(domain.EmailChangeRequested, s.user.ID)
	s.want(s.user.Email, "A new e-mail address was asked for")
	s.want(owner.Email, "Your e-mail address is in use already")
	if m := s.box.Messages(owner.Email)[0]; len(m.Links()) != 0 || strings.Contains(m.Text, "Test Learner") {
		t.Errorf("the owner of the address gets %s", m.Text)
	}
}

func TestAChangedRoleIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deliver(domain.UserRoleChanged, s.user.ID)
	s.want(s.user.Email, "Your role was changed")
}

func TestAChangedPasswordIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.deliver(domain.PasswordChanged, s.user.ID)
	s.want(s.user.Email, "Your password was changed")
}

// SES cannot be asked what it has sent, so a death behind its call alone sends a mail twice: the same one, and its link opens.
func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	twice := 0
	s.EachDeath(t, func() (func() error, func(*testing.T)) {
		user := s.NewUser(t)
		fresh := "new-" + user.Email
		s.change(user, func(u *domain.User) (*domain.Event, error) {
			return u.VerifyEmail(domain.RestoreEmail(user.Email), time.Now(), rand.Reader)
		})
		s.change(user, func(u *domain.User) (*domain.Event, error) {
			return u.AskEmail(domain.RestoreEmail(fresh), time.Now(), rand.Reader)
		})
		event, err := domain.NewEvent(domain.EmailChangeRequested, time.Now(), rand.Reader, map[string]string{"userId": user.ID.String()})
		if err != nil {
			t.Fatal(err)
		}
		return func() error {
				s.consumer.Pass(5 * time.Second) // longer than the dead one may be at it
				return s.consumer.Deliver(event)
			}, func(t *testing.T) {
				for to, subject := range map[string]string{user.Email: "A new e-mail address was asked for", fresh: "Confirm your new e-mail address"} {
					mails := s.box.Messages(to)
					if len(mails) == 0 || len(mails) > 2 || mails[0].Subject != subject || mails[0].Text != mails[len(mails)-1].Text {
						t.Errorf("to %s: %+v, want one, or the same twice", to, mails)
					}
					twice += len(mails) - 1
				}
				s.opens(fresh, "/confirm-email-change", domain.EmailChangeLink)
			}
	})
	if twice != 4 {
		t.Errorf("after %d deaths a mail came twice, want two for each, between SES and the note of it", twice)
	}
}

// For as long as news is mailed at all, it is known what was sent.
func TestOldNewsIsNotMailed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	day := 24 * time.Hour
	s.deliver(domain.PasswordChanged, s.user.ID)
	sent, unsent := s.last, s.last
	var err error
	if unsent.ID, err = domain.NewID[domain.Event](time.Now(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	for _, again := range []struct {
		event domain.Event
		after time.Duration
	}{{sent, 13 * day}, {sent, day}, {unsent, 0}} { // in the end 14 days have passed
		s.consumer.Pass(again.after)
		if err := s.consumer.Deliver(again.event); err != nil {
			t.Error(err)
		}
	}
	s.want(s.user.Email, "Your password was changed")
}

func TestWhatCannotBeMailedComesAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bad, err := domain.NewEvent(domain.ResetRequested, time.Now(), rand.Reader, map[string]string{"userId": "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := domain.NewEvent("user.unknown", time.Now(), rand.Reader, map[string]string{"userId": s.user.ID.String()})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []domain.Event{bad, unknown} {
		if err := s.consumer.Deliver(event); err == nil {
			t.Errorf("%s %v: no error", event.Type, event.Data)
		}
	}
}
