package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// The policies, all of them. docs/ARCHITECTURE.md says why these and no others.
var (
	// RegisterIP guards POST /api/auth/register by source address: a school behind one address can sign up a lecture hall at once.
	RegisterIP = domain.Policy{Name: "register-ip", Limit: 300, Window: 10 * time.Minute}
	// LoginAccount guards the password at POST /api/auth/login by the e-mail address, whether it has an account or not; a device that
	// signed in before has a count of its own.
	LoginAccount = domain.Policy{Name: "login-account", Limit: 10, Window: time.Minute, Kept: 24 * time.Hour}
	// LoginSource guards all passwords at POST /api/auth/login by the source of wrong ones, however
	// many addresses it tries. Right ones do not count, so a school behind one address can sign in
	// as a whole. Its windows are fixed, so any 15 minutes have 100 wrong ones at most.
	LoginSource = domain.Policy{Name: "login-source", Limit: 50, Window: 15 * time.Minute}
	// EachIP guards every route by source address, and EachUser every route that needs a token by user, as a Meter counts them.
	EachIP   = domain.Policy{Name: "ip", Limit: 3000, Window: time.Minute}
	EachUser = domain.Policy{Name: "user", Limit: 600, Window: time.Minute}
	// PasswordUser guards the password where a signed-in user is asked for it again, by the user.
	PasswordUser = domain.Policy{Name: "password-user", Limit: 10, Window: time.Minute, Kept: 24 * time.Hour}
	// ForgotIP guards POST /api/auth/password/forgot by source address; a class behind one address may ask at once.
	ForgotIP = domain.Policy{Name: "forgot-ip", Limit: 60, Window: 10 * time.Minute}
	// MailAddress guards what has mail sent, by the address that gets it, so that nobody fills a mailbox through this system.
	MailAddress = domain.Policy{Name: "mail-address", Limit: 5, Window: 15 * time.Minute}
)

// ErrRateLimited is returned to a subject that used up its limit. It says when to try again.
var ErrRateLimited = fault.New(fault.RateLimited, "request.rate_limited", "Too many requests. Try again later.")

// ErrLocked is returned to a subject with too many wrong passwords in a row, known account or not. It says when to try again.
var ErrLocked = fault.New(fault.RateLimited, "auth.locked", "Too many wrong passwords. Try again later, or reset the password.")

// LimiterWait bounds the wait for the limiter.
const LimiterWait = 300 * time.Millisecond

// Limits applies policies to requests. A limiter that fails, or does not answer within Wait, lets
// the request go on: limits protect against abuse, and their table must not be able to stop
// everybody. That is logged once a request, as error. Tries at a secret are then counted by each
// instance of a function for itself: Outage.
type Limits struct {
	Limiter domain.Tries
	Wait    time.Duration // LimiterWait in functions
	Log     *slog.Logger
	Outage  *Outage // nil counts nothing
}

// ByIP asks the policy about the request's source before anything else is done.
func (l Limits) ByIP(policy domain.Policy, next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		subject, err := source(r.RequestContext.HTTP.SourceIP)
		if err != nil {
			l.open(ctx, policy, err)
		} else if _, err := l.take(ctx, policy, subject); err != nil {
			return nil, err
		}
		return next(ctx, r)
	}
}

// ByAccount asks the policy about an e-mail address: nil or ErrRateLimited. Only the address's SHA-256 is stored, until the window ends.
func (l Limits) ByAccount(ctx context.Context, policy domain.Policy, email domain.Email) error {
	_, err := l.take(ctx, policy, Hashed(email.String()))
	return err
}

// Hashed is the subject that stands for somebody: what is stored tells no address and no id.
func Hashed(who string) string { return domain.Subject(who) }

// Try makes one try at a secret: check tells whether it was right. After wrong ones in a row the subject is locked for domain.LockAfter:
// ErrLocked, and check is not asked. An error of check does not count. A right try forgets the wrong ones.
func (l Limits) Try(ctx context.Context, policy domain.Policy, subject string, check func() (bool, error)) (bool, error) {
	decision, err := l.take(ctx, policy, subject)
	if err != nil {
		return false, err
	}
	if decision.Limit == 0 { // not counted in the table
		if err := l.Outage.admit(policy, subject); err != nil {
			return false, err
		}
	}
	right, err := check()
	switch {
	case err != nil:
		return false, err
	case !right:
		l.settle(ctx, policy, subject, l.Limiter.Failed)
	case decision.Failures > 0:
		l.settle(ctx, policy, subject, l.Limiter.Passed)
	}
	return right, nil
}

// Guess makes one try at a secret from the request's source, which may be wrong as often as the
// policy says in each of its windows, and right as often as it likes: ErrRateLimited, and check is
// not asked. A try counts as wrong until it is known to be right, so that of tries at once no more
// pass than one by one.
func (l Limits) Guess(ctx context.Context, policy domain.Policy, r *Request, check func() (bool, error)) (bool, error) {
	subject, err := source(r.RequestContext.HTTP.SourceIP)
	if err != nil {
		l.open(ctx, policy, err)
		return check()
	}
	count := func(n int) (sum int, wait time.Duration) {
		bounded, cancel := context.WithTimeout(ctx, l.Wait)
		defer cancel()
		sum, wait, err := l.Limiter.Count(bounded, policy, subject, n)
		if err != nil {
			l.open(ctx, policy, err)
		}
		return sum, wait
	}
	sum, wait := count(1)
	if sum > policy.Limit {
		refused := *ErrRateLimited
		refused.RetryAfter = wait
		return false, &refused
	}
	right, err := check()
	if (right || err != nil) && sum > 0 {
		count(-1)
	}
	return right, err
}

// Unlock forgets the wrong passwords of an address, as after a reset by mail. A device's own count is not touched.
func (l Limits) Unlock(ctx context.Context, email domain.Email) {
	l.settle(ctx, LoginAccount, Hashed(email.String()), l.Limiter.Passed)
}

func (l Limits) settle(ctx context.Context, policy domain.Policy, subject string, how func(context.Context, domain.Policy, string) error) {
	bounded, cancel := context.WithTimeout(ctx, l.Wait)
	defer cancel()
	if err := how(bounded, policy, subject); err != nil {
		l.open(ctx, policy, err)
	}
}

func (l Limits) take(ctx context.Context, policy domain.Policy, subject string) (domain.Decision, error) {
	bounded, cancel := context.WithTimeout(ctx, l.Wait)
	defer cancel()
	decision, err := l.Limiter.Take(bounded, policy, subject)
	if err != nil {
		l.open(ctx, policy, err)
		return domain.Decision{}, nil
	}
	return decision, tell(ctx, policy, decision)
}

// tell notes a decision for the answer's headers: nil, ErrRateLimited or ErrLocked.
func tell(ctx context.Context, policy domain.Policy, decision domain.Decision) error {
	t := takenOf(ctx)
	t.policy, t.decision = policy, decision
	if decision.Allowed {
		return nil
	}
	refused := *ErrRateLimited
	if decision.Locked {
		refused = *ErrLocked
	}
	refused.RetryAfter = decision.RetryAfter
	return &refused
}

func (l Limits) open(ctx context.Context, policy domain.Policy, cause error) {
	t := takenOf(ctx)
	if t.opened {
		return
	}
	t.opened = true
	l.Log.LogAttrs(ctx, slog.LevelError, "a limit is not applied", slog.String("requestId", t.requestID),
		slog.String("policy", policy.Name), slog.String("cause", cause.Error()))
}

// source is the subject of an address that API Gateway saw: IPv4 as it is, IPv6 as its network of 64 bits, all of which one customer
// has. X-Forwarded-For is never read: clients write what they like there.
func source(ip string) (string, error) {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return "", errors.New("the event's sourceIp is no IP address")
	}
	if address = address.Unmap().WithZone(""); address.Is4() {
		return address.String(), nil
	}
	return netip.PrefixFrom(address, 64).Masked().String(), nil
}

// taken is what became known of a request on its way: what the limiter said, for the answer's
// headers, and whom it is of and about. Serve puts it into the context.
type taken struct {
	requestID string
	policy    domain.Policy
	decision  domain.Decision
	opened    bool          // that a limit was not applied is logged
	caller    domain.UserID // for the request's log line
	subject   domain.UserID // for its audit entry, as is address
	address   string
}

type takenKey struct{}

func takenOf(ctx context.Context) *taken {
	if t, ok := ctx.Value(takenKey{}).(*taken); ok {
		return t
	}
	return &taken{} // outside of Serve nobody asks for headers
}

// headers are those of draft-ietf-httpapi-ratelimit-headers-10, and those that came before. Times are seconds, rounded up.
func (t *taken) headers() map[string]string {
	if t.policy.Name == "" {
		return nil
	}
	limit, remaining, reset := strconv.Itoa(t.decision.Limit), strconv.Itoa(t.decision.Remaining), strconv.Itoa(seconds(t.decision.Reset))
	return map[string]string{
		"ratelimit-policy":      fmt.Sprintf("%q;q=%s;w=%d", t.policy.Name, limit, seconds(t.policy.Window)),
		"ratelimit":             fmt.Sprintf("%q;r=%s;t=%s", t.policy.Name, remaining, reset),
		"x-ratelimit-limit":     limit,
		"x-ratelimit-remaining": remaining,
		"x-ratelimit-reset":     reset,
	}
}
