package httpapi

import (
	"context"
	"strings"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// ErrNoToken is returned when a route needs an access token and none came.
var ErrNoToken = fault.New(fault.Unauthenticated, "auth.token_missing", "This needs an access token: Authorization: Bearer <token>.")

// Verifier tells who an access token speaks for; auth.Guard is one.
type Verifier interface {
	Verify(ctx context.Context, token string) (domain.Caller, error)
}

type callerKey struct{}

// Authenticate lets a request through with a good access token only (RFC 6750, the header form), and makes its Caller known to the binding.
func Authenticate(v Verifier, next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		header := r.header("authorization")
		if header == "" {
			return nil, ErrNoToken
		}
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return nil, ErrNoToken
		}
		caller, err := v.Verify(ctx, strings.TrimSpace(token))
		if err != nil {
			return nil, err
		}
		takenOf(ctx).caller = caller.UserID
		if err := meterUser(ctx, caller.UserID); err != nil {
			return nil, err
		}
		return next(context.WithValue(ctx, callerKey{}, caller), r)
	}
}

// challenge is the WWW-Authenticate value (RFC 6750 section 3): an error is named only of a token that came.
func challenge(r *Request, f *fault.Error) string {
	if r.header("authorization") == "" || f.Code == ErrNoToken.Code {
		return `Bearer realm="lyceum"`
	}
	return `Bearer realm="lyceum", error="invalid_token", error_description="` + f.Message + `"`
}
