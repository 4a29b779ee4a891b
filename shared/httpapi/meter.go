package httpapi

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lyceum/shared/domain"
)

// MeterEvery is how many requests of one subject an instance of a function lets pass between two calls to the limits table.
const MeterEvery = 10

// maxMetered bounds the memory of a Meter: beyond it, it begins anew.
const maxMetered = 10_000

// Meter limits every request, by source address and, with a good token, by user, and so gives every answer its headers. Asking the limits
// table each time would be a write for each read; so an instance counts by itself and asks once for MeterEvery requests of a subject, all at
// once. Between two calls it knows of others' requests what the last call said. So a subject gets up to MeterEvery requests more than its
// limit from each instance that serves it, and the headers lag as much. What must be exact asks Limits.
type Meter struct {
	Limits   Limits
	IP, User domain.Policy // EachIP and EachUser
	Now      func() time.Time
	Every    atomic.Int64 // MeterEvery in functions; tests change it

	mu       sync.Mutex
	subjects map[string]metered
}

// metered is what an instance knows of a subject: when its whole limit is available again, without the requests that are not counted yet.
type metered struct {
	tat     time.Time
	pending int
}

type meterKey struct{}

// Wrap counts a request's source before next, and lets Authenticate count its user.
func (m *Meter) Wrap(next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		if subject, err := source(r.RequestContext.HTTP.SourceIP); err != nil {
			m.Limits.open(ctx, m.IP, err)
		} else if err := m.admit(ctx, m.IP, subject); err != nil {
			return nil, err
		}
		return next(context.WithValue(ctx, meterKey{}, m), r)
	}
}

// meterUser counts a request of a user if there is a Meter.
func meterUser(ctx context.Context, user domain.UserID) error {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		return m.admit(ctx, m.User, Hashed(user.String()))
	}
	return nil
}

// admit counts one request: nil or ErrRateLimited.
func (m *Meter) admit(ctx context.Context, policy domain.Policy, subject string) error {
	decision, due := m.count(policy, subject)
	if due > 0 {
		bounded, cancel := context.WithTimeout(ctx, m.Limits.Wait)
		defer cancel()
		counted, err := m.Limits.Limiter.TakeMany(bounded, policy, subject, due)
		if err != nil {
			m.Limits.open(ctx, policy, err)
		} else {
			decision = counted
			m.learn(policy, subject, counted)
		}
	}
	return tell(ctx, policy, decision)
}

// count judges a request by what this instance knows. due is how many must be counted in the table now; they are then not pending any more.
func (m *Meter) count(policy domain.Policy, subject string) (d domain.Decision, due int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.subjects == nil || len(m.subjects) >= maxMetered {
		m.subjects = map[string]metered{}
	}
	now, step, name := m.Now(), policy.Window/time.Duration(policy.Limit), policy.Name+"#"+subject
	s := m.subjects[name]
	if s.tat.Before(now) {
		s.tat = now
	}
	d = domain.Decision{Limit: policy.Limit, Reset: s.tat.Sub(now) + time.Duration(s.pending)*step}
	left := policy.Window - d.Reset - step
	if d.Allowed = left >= 0; !d.Allowed {
		d.RetryAfter = -left
		return d, 0
	}
	s.pending++
	d.Reset += step
	d.Remaining = int(left / step)
	if s.pending >= int(m.Every.Load()) {
		due, s.pending = s.pending, 0
	}
	m.subjects[name] = s
	return d, due
}

// learn takes over what the table said.
func (m *Meter) learn(policy domain.Policy, subject string, d domain.Decision) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name := policy.Name + "#" + subject
	s := m.subjects[name]
	s.tat = m.Now().Add(d.Reset)
	m.subjects[name] = s
}
