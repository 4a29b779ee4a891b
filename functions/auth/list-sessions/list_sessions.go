package main

import (
	"context"

	"lyceum/shared/domain"
)

// ListSessions shows callers where they are signed in.
type ListSessions struct{ Sessions domain.SessionList }

// In is the request.
type In struct{ Caller domain.Caller }

// Session is one sign-in. It never shows a token or what makes one.
type Session struct {
	ID         string `json:"id"`
	Device     string `json:"device"` // the client's User-Agent
	Region     string `json:"region"` // where the user signed in
	CreatedAt  string `json:"createdAt"`
	LastUsedAt string `json:"lastUsedAt"` // of its refresh token
	ExpiresAt  string `json:"expiresAt"`  // unless it is refreshed before
	Current    bool   `json:"current"`    // the one this request belongs to
}

// Do answers the sessions that stand, newest first.
func (l ListSessions) Do(ctx context.Context, in In) ([]Session, error) {
	sessions, err := l.Sessions.List(ctx, in.Caller.UserID)
	if err != nil {
		return nil, err
	}
	out := []Session{}
	for _, s := range sessions {
		out = append(out, Session{
			ID: s.ID.String(), Device: s.Device, Region: s.Region, CreatedAt: domain.FormatTime(s.CreatedAt),
			LastUsedAt: domain.FormatTime(s.LastUsedAt), ExpiresAt: domain.FormatTime(s.ExpiresAt), Current: s.ID == in.Caller.SessionID,
		})
	}
	return out, nil
}
