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
// Claims and one-time tokens must be decided in one place. A strongly consistent table is one place; of an eventual one it is the replica in
// the home region, which every region then calls: Home.
type Accounts struct {
	Table  Table
	Home   *Table // nil means Table
	Region string // named in events; it publishes them
	Now    func() time.Time
}

// home is where claims and one-time tokens are read and written.
func (a Accounts) home() Table {
	if a.Home == nil {
		return a.Table
	}
	return *a.Home
}

var (
	_ domain.Registry    = Accounts{}
	_ domain.Credentials = Accounts{}
	_ domain.Rehasher    = Accounts{}
	_ domain.Passwords   = Accounts{}
	_ domain.Users       = Accounts{}
)

type claimItem struct {
	key
	UserID       string   `dynamodbav:"userId"`
	PendingUntil int64    `dynamodbav:"pendingUntil,omitempty"` // Unix milliseconds; absent once confirmed
	Dead         []string `dynamodbav:"dead,omitempty"`         // ids of dead registrations to clear away; absent once confirmed
}

type userItem struct {
	key
	Email         string     `dynamodbav:"email"`
	EmailVerified bool       `dynamodbav:"emailVerified"`
	Username      string     `dynamodbav:"username"`
	Role          string     `dynamodbav:"role"`
	TimeZone      string     `dynamodbav:"timeZone,omitempty"` // absent: UTC
	CreatedAt     string     `dynamodbav:"createdAt"`
	UpdatedAt     string     `dynamodbav:"updatedAt"`
	Version       int        `dynamodbav:"version"`
	Event         *eventItem `dynamodbav:"event,omitempty"` // the latest change; read from the stream
	UsersPK       string     `dynamodbav:"usersPk"`
	UsersSK       string     `dynamodbav:"usersSk"`
}

type credentialItem struct {
	key
	Hash      string `dynamodbav:"hash"`
	ChangedAt string `dynamodbav:"changedAt"`
}

// Register implements domain.Registry in four writes; taking over from a dead registration costs three more.
func (a Accounts) Register(ctx context.Context, user *domain.User, credential domain.Credential, created domain.Event) error {
	s := user.State()
	if err := a.claim(ctx, s.Email, s.ID); err != nil {
		return err
	}
	secret := credentialItem{credentialKey(s.ID), credential.Hash, domain.FormatTime(credential.ChangedAt)}
	if err := a.Table.put(ctx, secret); err != nil {
		return err
	}
	if err := a.Table.put(ctx, newUserItem(s, created, a.Region)); err != nil {
		return err
	}
	return a.confirm(ctx, s.Email, s.ID)
}

// claim takes the address for the user if nobody has it, or if who had begun to take it is dead. The claim remembers the dead, so that
// whoever goes on after a lost answer or another death clears them away all the same.
func (a Accounts) claim(ctx context.Context, email domain.Email, id domain.UserID) error {
	now := a.Now()
	mine := claimItem{key: claimKey(email), UserID: id.String(), PendingUntil: now.Add(claimLease).UnixMilli()}
	standing, err := a.putClaim(ctx, mine, "attribute_not_exists(pk)", nil)
	if err == nil && standing.UserID != mine.UserID && standing.PendingUntil != 0 && standing.PendingUntil < now.UnixMilli() {
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
	for _, k := range []key{userKey(id), credentialKey(id)} {
		if _, err := a.Table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &a.Table.Name, Key: k.av()}); err != nil {
			return failed(err)
		}
	}
	return nil
}

// ByEmail implements domain.Credentials in two reads, also when there is no account, so that the time tells nothing.
func (a Accounts) ByEmail(ctx context.Context, email domain.Email) (*domain.User, domain.Credential, error) {
	var claim claimItem
	if _, err := a.Table.get(ctx, claimKey(email), &claim); err != nil {
		return nil, domain.Credential{}, err
	}
	user, credential, err := a.Account(ctx, domain.RestoreID[domain.User](claim.UserID))
	if err == nil && (claim.UserID == "" || claim.PendingUntil != 0) {
		err = domain.ErrNoUser
	}
	if err != nil {
		return nil, domain.Credential{}, err
	}
	return user, credential, nil
}

// Account implements domain.Passwords in one read.
func (a Accounts) Account(ctx context.Context, id domain.UserID) (*domain.User, domain.Credential, error) {
	consistent, condition := true, "pk = :pk AND begins_with(sk, :account)"
	res, err := a.Table.Client.Query(ctx, &dynamodb.QueryInput{
		TableName: &a.Table.Name, KeyConditionExpression: &condition, ConsistentRead: &consistent,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(userPK(id)), ":account": str(accountSK)},
	})
	if err != nil {
		return nil, domain.Credential{}, failed(err)
	}
	var user userItem
	var secret credentialItem
	for _, item := range res.Items {
		var k key
		if err := attributevalue.UnmarshalMap(item, &k); err != nil {
			return nil, domain.Credential{}, err
		}
		switch k {
		case userKey(id):
			err = attributevalue.UnmarshalMap(item, &user)
		case credentialKey(id):
			err = attributevalue.UnmarshalMap(item, &secret)
		}
		if err != nil {
			return nil, domain.Credential{}, err
		}
	}
	if user.PK == "" || secret.PK == "" {
		return nil, domain.Credential{}, domain.ErrNoUser
	}
	return user.restore(), domain.Credential{Hash: secret.Hash, ChangedAt: domain.RestoreTime(secret.ChangedAt)}, nil
}

// ChangePassword implements domain.Passwords in one write.
func (a Accounts) ChangePassword(ctx context.Context, id domain.UserID, read string, to domain.Credential) error {
	item, err := attributevalue.MarshalMap(credentialItem{credentialKey(id), to.Hash, domain.FormatTime(to.ChangedAt)})
	if err != nil {
		return err
	}
	condition := "#hash = :read OR #hash = :to" // :to when an earlier try was applied and its answer lost
	_, err = a.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &a.Table.Name, Item: item, ConditionExpression: &condition, ExpressionAttributeNames: map[string]string{"#hash": "hash"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":read": str(read), ":to": str(to.Hash)},
	})
	var other *types.ConditionalCheckFailedException
	if errors.As(err, &other) {
		return domain.ErrPasswordChanged
	}
	return wrap(err)
}

// Rehash implements domain.Rehasher in one write. changedAt stays: the password is the same.
func (a Accounts) Rehash(ctx context.Context, id domain.UserID, read, now string) error {
	update, condition := "SET #hash = :now", "#hash = :read"
	_, err := a.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &a.Table.Name, Key: credentialKey(id).av(), UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames:  map[string]string{"#hash": "hash"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":read": str(read), ":now": str(now)},
	})
	var other *types.ConditionalCheckFailedException
	if err != nil && !errors.As(err, &other) {
		return failed(err)
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
		key: userKey(s.ID), Email: s.Email.String(), EmailVerified: s.EmailVerified, Username: s.Username.String(), Role: s.Role.String(),
		TimeZone: s.TimeZone.Name(), CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt), Version: s.Version, Event: newEventItem(changed, region),
		UsersPK: usersPK, UsersSK: usersSK(s),
	}
}

func (i userItem) restore() *domain.User {
	return domain.RestoreUser(domain.UserState{
		ID: domain.RestoreID[domain.User](i.PK[len("USER#"):]), Email: domain.RestoreEmail(i.Email), EmailVerified: i.EmailVerified,
		Username: domain.RestoreUsername(i.Username), Role: domain.RestoreRole(i.Role),
		TimeZone: domain.RestoreZone(i.TimeZone), CreatedAt: domain.RestoreTime(i.CreatedAt), UpdatedAt: domain.RestoreTime(i.UpdatedAt), Version: i.Version,
	})
}
