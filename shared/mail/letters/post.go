package letters

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// Kept is how long it is remembered which letters were sent, as long as an event may lie in the dead-letter queue. Older events send nothing.
const Kept = 14 * 24 * time.Hour

// A call to SES ends before the right to make it does, and a second delivery that waits for that right can still use it within a function's time.
const (
	sending = 3 * time.Second
	lease   = 4 * time.Second
)

// Reader is who gets a letter.
type Reader struct {
	Email    domain.Email
	Name     domain.Username // how they are called; not used in a letter to an address that is not verified
	Verified bool            // they have shown that they read the address's mail
}

// ReaderOf is a user at the address that they have.
func ReaderOf(s domain.UserState) Reader { return Reader{s.Email, s.Username, s.EmailVerified} }

// How many letters an address gets, whoever causes them: Limit at once, one more after each
// Window/Limit, in each region. What anybody can cause is counted apart from what only the
// account's owner, or who has its password, can: so strangers use up no notice to the owner.
var (
	ToUnverified = domain.Policy{Name: "mail-unverified", Limit: 5, Window: 24 * time.Hour}
	ByAnybody    = domain.Policy{Name: "mail-anybody", Limit: 10, Window: 24 * time.Hour}
	ByOwner      = domain.Policy{Name: "mail-owner", Limit: 20, Window: 24 * time.Hour}
)

// Post sends letters for events.
type Post struct {
	Mailer  domain.Mailer
	Limiter domain.Limiter // of letters by recipient; a letter that cannot be counted is not sent, and its event comes again
	Once    domain.Idempotency
	Now     func() time.Time
	Log     *slog.Logger
}

// Send writes and sends one, once however often the event comes, also at the same time. SES cannot
// be asked what it has sent: a function that dies, or loses the table, between its answer and the
// note of it sends the same letter again. An address that no mail can be sent to, or that has got
// too many, is logged, by the event alone, and is no error: trying again does not help.
//
// An address that is not verified may be a stranger's. It gets only letters whose link verifies it,
// without words that a user chose.
func (p Post) Send(ctx context.Context, event domain.Event, letter Kind, to Reader, link string) error {
	user, err := event.User()
	if err != nil || p.Now().Sub(event.At) >= Kept || !to.Verified && letter.by != verifier {
		return err
	}
	mail := domain.Repeatable{User: user, Route: "mail " + letter.name, Key: event.ID.String(), Kept: Kept}
	run, sent, err := p.begin(ctx, mail)
	if err != nil || sent {
		return err
	}
	if err := p.send(ctx, event, letter, to, link); err != nil {
		return errors.Join(err, p.Once.Release(ctx, mail, run))
	}
	return p.Once.Finish(ctx, mail, run, domain.KeptAnswer{})
}

// begin waits for another delivery that is at it, and tells whether the letter was sent.
func (p Post) begin(ctx context.Context, mail domain.Repeatable) (run domain.Run, sent bool, err error) {
	for pause := lease / 16; ; pause *= 2 {
		run, answer, err := p.Once.Begin(ctx, mail, lease)
		if !errors.Is(err, domain.ErrKeyInProgress) {
			return run, answer != nil, err
		}
		busy, _ := errors.AsType[*fault.Error](err)
		select {
		case <-ctx.Done():
			return run, false, err
		case <-time.After(min(pause, busy.RetryAfter)):
		}
	}
}

// policy is what counts a letter to a reader.
func (k Kind) policy(to Reader) domain.Policy {
	switch {
	case !to.Verified:
		return ToUnverified
	case k.by == owner:
		return ByOwner
	}
	return ByAnybody
}

func (p Post) send(ctx context.Context, event domain.Event, letter Kind, to Reader, link string) error {
	name := to.Name
	if !to.Verified {
		name = domain.Username{}
	}
	message, err := letter.Write(to.Email, name, link)
	if err != nil {
		return err
	}
	policy := letter.policy(to)
	counted, err := p.Limiter.Take(ctx, policy, domain.Subject(to.Email.String()))
	if err == nil && !counted.Allowed {
		p.Log.WarnContext(ctx, "a mail is not sent: its address has got too many", "eventId", event.ID.String(), "letter", letter.name, "policy", policy.Name)
		return nil
	}
	if err == nil {
		limited, cancel := context.WithTimeout(ctx, sending)
		defer cancel()
		err = p.Mailer.Send(limited, message)
	}
	if errors.Is(err, domain.ErrUndeliverable) {
		p.Log.WarnContext(ctx, "a mail cannot be delivered", "eventId", event.ID.String(), "letter", letter.name, "cause", err.Error())
		return nil
	}
	return err
}
