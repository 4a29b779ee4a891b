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

// Post sends letters for events.
type Post struct {
	Mailer domain.Mailer
	Once   domain.Idempotency
	Now    func() time.Time
	Log    *slog.Logger
}

// Send writes and sends one, once however often the event comes, also at the same time. SES cannot be asked what it has sent: a function that
// dies, or loses the table, between its answer and the note of it sends the same letter again. An address that no mail can be sent to is
// logged, by the event alone, and is no error: trying again does not help. name and link are as for Write.
func (p Post) Send(ctx context.Context, event domain.Event, letter Kind, to domain.Email, name domain.Username, link string) error {
	user, err := event.User()
	if err != nil || p.Now().Sub(event.At) >= Kept {
		return err
	}
	mail := domain.Repeatable{User: user, Route: "mail " + letter.name, Key: event.ID.String(), Kept: Kept}
	run, sent, err := p.begin(ctx, mail)
	if err != nil || sent {
		return err
	}
	if err := p.send(ctx, event, letter, to, name, link); err != nil {
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

func (p Post) send(ctx context.Context, event domain.Event, letter Kind, to domain.Email, name domain.Username, link string) error {
	message, err := letter.Write(to, name, link)
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
