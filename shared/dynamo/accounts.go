package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// claimLease is how long an unconfirmed claim holds an address: longer than any registration can run, so a dead one is surely dead.
const claimLease = 30 * time.Second

// Accounts is the identity table. It uses no transactions and no TTL, so it works as a strongly consistent global table too.
//
// An account exists exactly when the claim of its address is confirmed. Register claims, writes user and credential, confirms. What a
// registration that died leaves behind cannot be signed in to, and the next one for the address clears it away.
//
// Claims, one-time tokens and passwords must be decided in one place. A strongly consistent table is one place; of an eventual one it is the replica in
// the home region, which every region then calls: Home.
type Accounts struct {
	Table  Table
	Home   *Table // nil means Table
	Region string // named in events; it publishes them
	Now    func() time.Time
}

// home is where claims, one-time tokens and new passwords are read and written.
func (a Accounts) home() Table {
	if a.Home == nil {
		return a.Table
	}
	return *a.Home
}

// replicas are where a new account is written and an old one removed: at home, where the next change of it is decided, then here, where it
// is read at once.
func (a Accounts) replicas() []Table {
	if a.Home == nil {
		return []Table{a.Table}
	}
	return []Table{*a.Home, a.Table}
}

// AtHome reads and writes all of an account where claims are decided. So must every change of one: of two replicas' writes of one item the
// later wins whole, and takes back an address, a role or a password that the other one has changed.
func (a Accounts) AtHome() Accounts {
	a.Table, a.Home = a.home(), nil
	return a
}

var (
	_ domain.Registry = Accounts{}
	_ domain.Users    = Accounts{}
)

type claimItem struct {
	key
	UserID       string   `dynamodbav:"userId"`
	PendingUntil int64    `dynamodbav:"pendingUntil,omitempty"` // Unix milliseconds; absent once confirmed
	Dead         []string `dynamodbav:"dead,omitempty"`         // ids of dead registrations to clear away; absent once confirmed
	AskedAt      string   `dynamodbav:"askedAt,omitempty"`      // when the link was asked for that claimed the address for an account that had another
}

type userItem struct {
	key
	Email          string     `dynamodbav:"email"`
	EmailVerified  bool       `dynamodbav:"emailVerified"`
	PendingEmail   string     `dynamodbav:"pendingEmail,omitempty"`
	FormerEmail    string     `dynamodbav:"formerEmail,omitempty"`
	FormerVerified bool       `dynamodbav:"formerVerified,omitempty"`
	Username       string     `dynamodbav:"username"`
	Role           string     `dynamodbav:"role"`
	TimeZone       string     `dynamodbav:"timeZone,omitempty"` // absent: UTC
	CreatedAt      string     `dynamodbav:"createdAt"`
	UpdatedAt      string     `dynamodbav:"updatedAt"`
	Version        int        `dynamodbav:"version"`
	Event          *eventItem `dynamodbav:"event,omitempty"` // the latest change; read from the stream
	UsersPK        string     `dynamodbav:"usersPk"`
	UsersSK        string     `dynamodbav:"usersSk"`
}

// Register implements domain.Registry in four writes, six away from home; taking over from a dead registration costs three more.
func (a Accounts) Register(ctx context.Context, user *domain.User, credential domain.Credential, created domain.Event) error {
	s := user.State()
	claim := claimItem{key: claimKey(s.Email), UserID: s.ID.String(), PendingUntil: a.Now().Add(claimLease).UnixMilli()}
	if err := a.claim(ctx, claim); err != nil {
		return err
	}
	secret := credentialItem{key: credentialKey(s.ID), Hash: credential.Hash, ChangedAt: domain.FormatTime(credential.ChangedAt)}
	for _, table := range a.replicas() {
		if err := table.put(ctx, secret); err != nil {
			return err
		}
		if err := table.put(ctx, newUserItem(s, created, a.Region)); err != nil {
			return err
		}
	}
	return a.confirm(ctx, s.Email, s.ID)
}

// claim takes the address for the user if nobody has it, or if who had begun to take it is dead. The claim remembers the dead, so that
// whoever goes on after a lost answer or another death clears them away all the same.
func (a Accounts) claim(ctx context.Context, mine claimItem) error {
	now := a.Now()
	standing, err := a.putClaim(ctx, mine, "attribute_not_exists(pk)", nil)
	switch {
	case err != nil:
	case standing.UserID == mine.UserID && standing.AskedAt < mine.AskedAt: // of an older link, or of one this account had before
		mine.Dead = standing.Dead
		standing, err = a.putClaim(ctx, mine, "userId = :mine AND (attribute_not_exists(askedAt) OR askedAt < :asked)",
			map[string]types.AttributeValue{":mine": str(mine.UserID), ":asked": str(mine.AskedAt)})
	case standing.UserID != mine.UserID && standing.PendingUntil != 0 && standing.PendingUntil < now.UnixMilli():
		mine.Dead = append(standing.Dead, standing.UserID)
		standing, err = a.putClaim(ctx, mine, "userId = :dead AND pendingUntil = :until", map[string]types.AttributeValue{
			":dead": str(standing.UserID), ":until": num(int(standing.PendingUntil)),
		})
	}
	if err != nil {
		return err
	}
	if standing.UserID != mine.UserID {
		return taken(standing, now)
	}
	for _, dead := range standing.Dead {
		if err := a.erase(ctx, domain.RestoreID[domain.User](dead)); err != nil {
			return err
		}
	}
	return nil
}

// taken says that the address is, and of a registration that has not finished, perhaps the caller's own first try, when to ask again.
func taken(standing claimItem, now time.Time) error {
	f := *domain.ErrEmailTaken
	if standing.PendingUntil != 0 {
		f.RetryAfter = time.UnixMilli(standing.PendingUntil).Sub(now)
	}
	return &f
}

// putClaim writes a claim if the condition holds. It returns the claim that stands then: this one, or the one that was in the way, which
// can be this one too when it had been written and the answer was lost.
func (a Accounts) putClaim(ctx context.Context, claim claimItem, condition string, values map[string]types.AttributeValue) (claimItem, error) {
	item, err := attributevalue.MarshalMap(claim)
	if err != nil {
		return claimItem{}, err
	}
	home := a.home()
	_, err = home.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &home.Name, Item: item, ConditionExpression: &condition, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var taken *types.ConditionalCheckFailedException
	if errors.As(err, &taken) {
		var standing claimItem
		return standing, attributevalue.UnmarshalMap(taken.Item, &standing)
	}
	if err != nil {
		return claimItem{}, failed(err)
	}
	return claim, nil
}

// confirm makes the account exist. If the claim was taken over meanwhile, what this registration wrote is removed.
func (a Accounts) confirm(ctx context.Context, email domain.Email, id domain.UserID) error {
	update, condition := "REMOVE pendingUntil, dead", "userId = :id"
	home := a.home()
	_, err := home.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &home.Name, Key: claimKey(email).av(), UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":id": str(id.String())},
	})
	var lost *types.ConditionalCheckFailedException
	if errors.As(err, &lost) {
		return errors.Join(domain.ErrEmailTaken, a.erase(ctx, id))
	}
	if err != nil {
		return failed(err)
	}
	return nil
}

// erase removes what an unconfirmed registration left.
func (a Accounts) erase(ctx context.Context, id domain.UserID) error {
	for _, table := range a.replicas() {
		for _, k := range []key{userKey(id), credentialKey(id)} {
			if _, err := table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table.Name, Key: k.av()}); err != nil {
				return failed(err)
			}
		}
	}
	return nil
}

// User implements domain.Users in one read; the credential is another item and is not touched.
func (a Accounts) User(ctx context.Context, id domain.UserID) (*domain.User, error) {
	var item userItem
	found, err := a.Table.get(ctx, userKey(id), &item)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, domain.ErrNoUser
	}
	return item.restore(), nil
}

func newUserItem(s domain.UserState, changed domain.Event, region string) userItem {
	return userItem{
		key: userKey(s.ID), Email: s.Email.String(), EmailVerified: s.EmailVerified, PendingEmail: s.PendingEmail.String(),
		FormerEmail: s.FormerEmail.String(), FormerVerified: s.FormerVerified, Username: s.Username.String(), Role: s.Role.String(), TimeZone: s.TimeZone.Name(),
		CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt), Version: s.Version, Event: newEventItem(changed, region),
		UsersPK: usersPK, UsersSK: usersSK(s),
	}
}

func (i userItem) restore() *domain.User {
	return domain.RestoreUser(domain.UserState{
		ID: domain.RestoreID[domain.User](i.PK[len("USER#"):]), Email: domain.RestoreEmail(i.Email), EmailVerified: i.EmailVerified,
		PendingEmail: domain.RestoreEmail(i.PendingEmail), FormerEmail: domain.RestoreEmail(i.FormerEmail), FormerVerified: i.FormerVerified,
		Username: domain.RestoreUsername(i.Username), Role: domain.RestoreRole(i.Role),
		TimeZone: domain.RestoreZone(i.TimeZone), CreatedAt: domain.RestoreTime(i.CreatedAt), UpdatedAt: domain.RestoreTime(i.UpdatedAt), Version: i.Version,
	})
}
