package httpapi

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// Audit keeps an entry of every request to a route that matters for security, whether it was done
// or refused.
type Audit struct {
	Trail  domain.Trail
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// Of is next with an entry of the kind behind each request. Inside Authenticate the actor is the
// caller. The subject is whom the use case names by About once it has found them, else the caller:
// so nobody writes into the trail of others by trying what they may not. Not kept is what nobody
// can be named of, what a limit refused (a flood of requests is no flood of entries), and what
// failed for load, after which clients ask again.
//
// An entry that cannot be stored fails no request, which is done by then: the error that is logged
// holds all of it.
func (a Audit) Of(kind string, next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		res, err := next(ctx, r)
		entry, keep := a.entry(ctx, kind, r, err)
		if !keep {
			return res, err
		}
		id, idErr := domain.NewID[domain.AuditEntry](a.Now(), a.Random)
		entry.ID = id
		if idErr == nil {
			idErr = a.Trail.Keep(ctx, entry)
		}
		if idErr != nil {
			a.Log.LogAttrs(ctx, slog.LevelError, "an audit entry is not stored", slog.String("requestId", entry.RequestID), slog.String("kind", kind),
				slog.String("actor", entry.Actor.String()), slog.String("subject", entry.Subject.String()), slog.String("address", entry.Address),
				slog.String("outcome", entry.Outcome), slog.String("from", entry.From), slog.String("cause", idErr.Error()))
		}
		return res, err
	}
}

func (a Audit) entry(ctx context.Context, kind string, r *Request, err error) (domain.AuditEntry, bool) {
	var none domain.UserID
	known := takenOf(ctx)
	e := domain.AuditEntry{
		Kind: kind, Subject: known.subject, Outcome: domain.AuditDone, From: network(r.RequestContext.HTTP.SourceIP), RequestID: r.RequestContext.RequestID,
	}
	if caller, ok := ctx.Value(callerKey{}).(domain.Caller); ok {
		e.Actor = caller.UserID
		if e.Subject == none {
			e.Subject = caller.UserID
		}
	}
	if e.Actor == none && e.Subject == none {
		e.Address = known.address
	}
	if err != nil {
		f := fault.As(err)
		if f.Kind == fault.RateLimited || f.Kind == fault.Unavailable {
			return e, false
		}
		e.Outcome = f.Code
	}
	return e, e.Actor != none || e.Subject != none || e.Address != ""
}

// About says whom a request is about, for its audit entry: a user, or an address that has no
// account.
func About(ctx context.Context, user *domain.User, address domain.Email) {
	known := takenOf(ctx)
	if user != nil {
		known.subject = user.ID()
		return
	}
	known.address = domain.Subject(address.String())[:16]
}

// network is a source address cut to what a provider gives to many: IPv4 to 24 bits, IPv6 to 48; ""
// for what is no address.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	bits := 48
	if address = address.Unmap().WithZone(""); address.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(address, bits).Masked().String()
}
