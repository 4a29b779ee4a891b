package letters

import (
	"context"
	"errors"
	"log/slog"

	"lyceum/shared/domain"
)

// Post sends letters for events.
type Post struct {
	Mailer domain.Mailer
	Log    *slog.Logger
}

// Send writes and sends one. An address that no mail can be sent to is logged, by the event alone, and is no error: trying again does not
// help. name and link are as for Write.
func (p Post) Send(ctx context.Context, event domain.Event, letter Kind, to domain.Email, name domain.Username, link string) error {
	message, err := letter.Write(to, name, link)
	if err == nil {
		err = p.Mailer.Send(ctx, message)
	}
	if errors.Is(err, domain.ErrUndeliverable) {
		p.Log.WarnContext(ctx, "a mail cannot be delivered", "eventId", event.ID.String(), "letter", letter.name, "cause", err.Error())
		return nil
	}
	return err
}
