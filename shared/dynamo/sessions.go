package dynamo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Sessions keeps sign-ins in the ephemeral table, one partition a user. That a session has ended is an item of its own, which nothing
// overwrites: a refresh in another region that does not know of it yet cannot bring the session back.
type Sessions struct {
	Table    Table
	Now      func() time.Time
	Identity string // name of the identity table, for Refresh alone
}

var (
	_ domain.Sessions     = Sessions{}
	_ domain.SessionGate  = Sessions{}
	_ domain.Refreshes    = Sessions{}
	_ domain.SessionEnder = Sessions{}
	_ domain.SessionList  = Sessions{}

	_ domain.SessionOwners = Sessions{}
)

type sessionItem struct {
	key
	Seed       []byte   `dynamodbav:"seed"`
	Generation int      `dynamodbav:"generation"`
	Rotations  []string `dynamodbav:"rotations,omitempty"`
	Device     string   `dynamodbav:"device"`
	Region     string   `dynamodbav:"region"`
	PasswordAt string   `dynamodbav:"passwordAt"`
	RepeatedAt string   `dynamodbav:"repeatedAt,omitempty"`
	CreatedAt  string   `dynamodbav:"createdAt"`
	LastUsedAt string   `dynamodbav:"lastUsedAt"`
	ExpiresAt  int64    `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

// endItem says that a session, or every one until At or of a password older than PasswordAt, has
// ended. It outlives what it ends.
type endItem struct {
	key
	At         string `dynamodbav:"at,omitempty"`
	PasswordAt string `dynamodbav:"passwordAt,omitempty"`
	ExpiresAt  int64  `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

// Open implements domain.Sessions in one write.
func (s Sessions) Open(ctx context.Context, session domain.Session) error {
	return s.Table.put(ctx, newSessionItem(session))
}

// Standing implements domain.SessionGate in one batch read.
func (s Sessions) Standing(ctx context.Context, caller domain.Caller) error {
	user := caller.UserID
	tables, err := batchGet(ctx, s.Table.Client, map[string][]key{s.Table.Name: {endedKey(user, caller.SessionID), epochKey(user)}})
	if err != nil {
		return err
	}
	return standing(tables[s.Table.Name], user, caller.SessionID, caller.PasswordAt)
}

// standing judges a session by the items that end it.
func standing(found map[key]map[string]types.AttributeValue, user domain.UserID, session domain.SessionID, passwordAt time.Time) error {
	if found[endedKey(user, session)] != nil {
		return domain.ErrSessionEnded
	}
	var epoch endItem
	if err := attributevalue.UnmarshalMap(found[epochKey(user)], &epoch); err != nil {
		return err
	}
	if at := domain.RestoreTime(epoch.At); !at.IsZero() && !session.Time().After(at) {
		return domain.ErrSessionEnded
	}
	if passwordAt.Before(domain.RestoreTime(epoch.PasswordAt)) {
		return domain.ErrSessionEnded
	}
	return nil
}

// Refresh implements domain.Refreshes: one batch read and one write for each try.
func (s Sessions) Refresh(ctx context.Context, user domain.UserID, id domain.SessionID, decide func(*domain.User, *domain.Session) (bool, error)) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		owner, session, err := s.load(ctx, user, id)
		if err != nil {
			return err
		}
		before := session.Generation
		save, err := decide(owner, session)
		if err != nil || !save {
			return err
		}
		item, err := attributevalue.MarshalMap(newSessionItem(*session))
		if err != nil {
			return err
		}
		condition := "generation = :before"
		_, err = s.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &s.Table.Name, Item: item, ConditionExpression: &condition,
			ExpressionAttributeValues: map[string]types.AttributeValue{":before": num(before)},
		})
		var lost *types.ConditionalCheckFailedException
		if !errors.As(err, &lost) {
			return wrap(err)
		}
	}
	return ErrBusy
}

// wrap classifies an error that may be nil.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return failed(err)
}

func (s Sessions) load(ctx context.Context, user domain.UserID, id domain.SessionID) (*domain.User, *domain.Session, error) {
	tables, err := batchGet(ctx, s.Table.Client, map[string][]key{
		s.Table.Name: {sessionKey(user, id), endedKey(user, id), epochKey(user)}, s.Identity: {userKey(user), credentialKey(user)},
	})
	if err != nil {
		return nil, nil, err
	}
	own, identity := tables[s.Table.Name], tables[s.Identity]
	var account userItem
	var secret credentialItem
	var item sessionItem
	err = errors.Join(attributevalue.UnmarshalMap(identity[userKey(user)], &account),
		attributevalue.UnmarshalMap(identity[credentialKey(user)], &secret), attributevalue.UnmarshalMap(own[sessionKey(user, id)], &item))
	if err != nil {
		return nil, nil, err
	}
	if account.PK == "" || secret.PK == "" || item.PK == "" {
		return nil, nil, domain.ErrSessionEnded
	}
	session := item.restore()
	if err := standing(own, user, id, session.PasswordAt); err != nil {
		return nil, nil, err
	}
	return account.restore(), &session, session.OutlivedBy(secret.restore())
}

// End implements domain.SessionEnder in one write.
func (s Sessions) End(ctx context.Context, user domain.UserID, session domain.SessionID) error {
	return s.end(ctx, endedKey(user, session), "at", s.Now())
}

// EndAll implements domain.SessionEnder in one write, however many sessions there are.
func (s Sessions) EndAll(ctx context.Context, user domain.UserID, then time.Time) error {
	return s.end(ctx, epochKey(user), "at", then)
}

// EndOfPassword implements domain.SessionEnder in one write, however many sessions there are.
func (s Sessions) EndOfPassword(ctx context.Context, user domain.UserID, set time.Time) error {
	return s.end(ctx, epochKey(user), "passwordAt", set)
}

// end writes that something has ended, unless a later end is there. What the item says of another
// attribute stays.
func (s Sessions) end(ctx context.Context, k key, attribute string, at time.Time) error {
	update, condition := "SET #at = :at, expiresAt = :expires", "attribute_not_exists(#at) OR #at < :at"
	_, err := s.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.Table.Name, Key: k.av(), UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames: map[string]string{"#at": attribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at": str(domain.FormatTime(domain.Millis(at))), ":expires": num(int(at.Add(domain.SessionTTL + time.Hour).Unix())),
		},
	})
	var later *types.ConditionalCheckFailedException
	if errors.As(err, &later) {
		return nil
	}
	return wrap(err)
}

// Owns implements domain.SessionOwners in one read.
func (s Sessions) Owns(ctx context.Context, user domain.UserID, session domain.SessionID) (bool, error) {
	return s.Table.get(ctx, sessionKey(user, session), &sessionItem{})
}

// List implements domain.SessionList in one query.
func (s Sessions) List(ctx context.Context, user domain.UserID) ([]domain.Session, error) {
	consistent, condition := true, "pk = :pk AND begins_with(sk, :session)"
	pages := dynamodb.NewQueryPaginator(s.Table.Client, &dynamodb.QueryInput{
		TableName: &s.Table.Name, KeyConditionExpression: &condition, ConsistentRead: &consistent,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(userPK(user)), ":session": str(sessionSK)},
	})
	found := map[key]map[string]types.AttributeValue{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed(err)
		}
		for _, item := range page.Items {
			var k key
			if err := attributevalue.UnmarshalMap(item, &k); err != nil {
				return nil, err
			}
			found[k] = item
		}
	}
	var sessions []domain.Session
	for k, av := range found {
		if k == epochKey(user) || strings.HasSuffix(k.SK, endedSK) {
			continue
		}
		var item sessionItem
		if err := attributevalue.UnmarshalMap(av, &item); err != nil {
			return nil, err
		}
		session := item.restore()
		switch err := standing(found, user, session.ID, session.PasswordAt); {
		case errors.Is(err, domain.ErrSessionEnded) || !s.Now().Before(session.ExpiresAt):
		case err != nil:
			return nil, err
		default:
			sessions = append(sessions, session)
		}
	}
	slices.SortFunc(sessions, func(a, b domain.Session) int { return strings.Compare(b.ID.String(), a.ID.String()) })
	return sessions, nil
}

func newSessionItem(s domain.Session) sessionItem {
	item := sessionItem{
		key: sessionKey(s.UserID, s.ID), Seed: s.Seed, Generation: s.Generation, Device: s.Device, Region: s.Region,
		PasswordAt: domain.FormatTime(s.PasswordAt), RepeatedAt: domain.FormatTime(s.RepeatedAt),
		CreatedAt: domain.FormatTime(s.CreatedAt), LastUsedAt: domain.FormatTime(s.LastUsedAt), ExpiresAt: s.ExpiresAt.Unix(),
	}
	for _, t := range s.Rotations {
		item.Rotations = append(item.Rotations, domain.FormatTime(t))
	}
	return item
}

func (i sessionItem) restore() domain.Session {
	s := domain.Session{
		ID: domain.RestoreID[domain.Session](i.SK[len(sessionSK):]), UserID: domain.RestoreID[domain.User](i.PK[len("USER#"):]),
		Seed: i.Seed, Generation: i.Generation, Device: i.Device, Region: i.Region,
		PasswordAt: domain.RestoreTime(i.PasswordAt), RepeatedAt: domain.RestoreTime(i.RepeatedAt),
		CreatedAt: domain.RestoreTime(i.CreatedAt), LastUsedAt: domain.RestoreTime(i.LastUsedAt), ExpiresAt: time.Unix(i.ExpiresAt, 0).UTC(),
	}
	if s.PasswordAt.IsZero() { // stored by a version that did not know it
		s.PasswordAt = s.CreatedAt
	}
	for _, t := range i.Rotations {
		s.Rotations = append(s.Rotations, domain.RestoreTime(t))
	}
	return s
}
