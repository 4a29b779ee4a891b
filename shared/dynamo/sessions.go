package dynamo

import (
	"context"

	"lyceum/shared/domain"
)

// Sessions keeps sign-ins in the ephemeral table, one partition a user.
type Sessions struct{ Table Table }

var _ domain.Sessions = Sessions{}

type sessionItem struct {
	key
	RefreshHash []byte `dynamodbav:"refreshHash"`
	CreatedAt   string `dynamodbav:"createdAt"`
	ExpiresAt   int64  `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

// Open implements domain.Sessions in one write.
func (s Sessions) Open(ctx context.Context, session domain.Session) error {
	return s.Table.put(ctx, sessionItem{
		sessionKey(session.UserID, session.ID), session.RefreshHash, domain.FormatTime(session.CreatedAt), session.ExpiresAt.Unix(),
	})
}
