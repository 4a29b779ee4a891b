package cache

import (
	"context"
	"log/slog"
	"math"
	"time"

	"lyceum/shared/domain"
)

// UserTTL is how long a copy of a user lives. It bounds how old an answer can be when the function that changed a user died before it told the cache.
const UserTTL = time.Minute

// goneVersion is newer than any: no late fill comes after it.
const goneVersion = math.MaxInt32

// Users reads users through a KV store. A fill is kept only if the store has no newer version, and a change puts the new version there
// itself, so a reader that was slow cannot bring back what it read before the change. That somebody does not exist is not kept: their
// registration may be under way.
//
// It is for showing users, not for deciding what they may: roles are in access tokens. Update never reads it.
type Users struct {
	Source interface {
		domain.Users
		domain.UserChanges
	}
	KV  domain.KV
	Log *slog.Logger
}

var (
	_ domain.Users       = Users{}
	_ domain.UserChanges = Users{}
)

func userName(id domain.UserID) string { return "user:" + id.String() }

// User implements domain.Users: one read of the cache, or two reads and a write.
func (u Users) User(ctx context.Context, id domain.UserID) (*domain.User, error) {
	entry, found, err := u.KV.Get(ctx, userName(id))
	if err == nil && found && len(entry.Value) > 0 {
		var user *domain.User
		if user, err = DecodeUser(entry.Value); err == nil {
			return user, nil
		}
	}
	u.failed(ctx, err)
	user, err := u.Source.User(ctx, id)
	if err != nil {
		return nil, err
	}
	u.fill(ctx, user)
	return user, nil
}

// Update implements domain.UserChanges, and puts what was saved into the cache.
func (u Users) Update(ctx context.Context, id domain.UserID, change func(*domain.User) (*domain.Event, error)) (*domain.User, error) {
	user, err := u.Source.Update(ctx, id, change)
	if err == nil {
		u.fill(ctx, user)
	}
	return user, err
}

// Drop makes the cache forget a user who was erased, for good: fills that are under way come too late.
func (u Users) Drop(ctx context.Context, id domain.UserID) error {
	_, err := u.KV.SetNewer(ctx, userName(id), domain.KVEntry{Version: goneVersion}, UserTTL)
	return err
}

func (u Users) fill(ctx context.Context, user *domain.User) {
	value, err := EncodeUser(user)
	if err == nil {
		_, err = u.KV.SetNewer(ctx, userName(user.ID()), domain.KVEntry{Value: value, Version: user.State().Version}, UserTTL)
	}
	u.failed(ctx, err)
}

func (u Users) failed(ctx context.Context, err error) {
	if err != nil {
		u.Log.LogAttrs(ctx, slog.LevelWarn, "the cache of users is not used", slog.String("cause", err.Error()))
	}
}
