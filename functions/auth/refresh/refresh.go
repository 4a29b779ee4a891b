package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// Refresh gives a client new tokens for its refresh token.
type Refresh struct {
	Sessions domain.Refreshes
	Ender    domain.SessionEnder
	SignIn   auth.SignIn
	Now      func() time.Time
	Log      *slog.Logger
}

// In is the request.
type In struct {
	Body struct {
		RefreshToken string `json:"refreshToken"`
	}
}

// Do answers the same successor however often a token is sent within domain.RefreshGrace. A token that comes again later ends its session
// for whoever holds it (RFC 9700 section 4.14.2). Everything that is wrong with a token is domain.ErrSessionEnded.
func (r Refresh) Do(ctx context.Context, in In) (auth.Tokens, error) {
	if in.Body.RefreshToken == "" {
		return auth.Tokens{}, fault.InField("refreshToken", fault.ErrMissing)
	}
	token, err := auth.ParseRefreshToken(in.Body.RefreshToken)
	if err != nil {
		return auth.Tokens{}, err
	}
	var tokens auth.Tokens
	reused := false
	err = r.Sessions.Refresh(ctx, token.User, token.Session, func(user *domain.User, session *domain.Session) (bool, error) {
		if !r.SignIn.Refresh.Made(token, session) {
			return false, domain.ErrSessionEnded
		}
		successor, changed, err := session.Refresh(token.Generation, r.Now(), r.SignIn.End(user, session))
		reused = errors.Is(err, domain.ErrTokenReused)
		if err != nil {
			return false, err
		}
		tokens, err = r.SignIn.Tokens(user, session, successor)
		return changed, err
	})
	if reused {
		r.Log.LogAttrs(ctx, slog.LevelWarn, "audit: a used refresh token came again, its session is ended",
			slog.String("userId", token.User.String()), slog.String("sessionId", token.Session.String()))
		return auth.Tokens{}, errors.Join(err, r.Ender.End(ctx, token.User, token.Session))
	}
	if err != nil {
		return auth.Tokens{}, err
	}
	return tokens, nil
}
