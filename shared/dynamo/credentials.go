package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

var (
	_ domain.Credentials = Accounts{}
	_ domain.Rehasher    = Accounts{}
	_ domain.Passwords   = Accounts{}
)

type credentialItem struct {
	key
	Hash      string     `dynamodbav:"hash"`
	ChangedAt string     `dynamodbav:"changedAt"`
	Event     *eventItem `dynamodbav:"event,omitempty"` // of the change by the user; read from the stream
}

func (i credentialItem) restore() domain.Credential {
	return domain.Credential{Hash: i.Hash, ChangedAt: domain.RestoreTime(i.ChangedAt)}
}

// ByEmail implements domain.Credentials in two reads, also when there is no account, so that the time tells nothing.
func (a Accounts) ByEmail(ctx context.Context, email domain.Email) (*domain.User, domain.Credential, error) {
	var claim claimItem
	if _, err := a.Table.get(ctx, claimKey(email), &claim); err != nil {
		return nil, domain.Credential{}, err
	}
	user, credential, err := a.Account(ctx, domain.RestoreID[domain.User](claim.UserID))
	if err == nil && (claim.UserID == "" || claim.PendingUntil != 0 || user.State().Email != email) {
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
	if err := pick(res.Items, map[key]any{userKey(id): &user, credentialKey(id): &secret}); err != nil {
		return nil, domain.Credential{}, err
	}
	if user.PK == "" || secret.PK == "" {
		return nil, domain.Credential{}, domain.ErrNoUser
	}
	return user.restore(), secret.restore(), nil
}

// pick unmarshals items into what is wanted under their keys.
func pick(items []map[string]types.AttributeValue, wanted map[key]any) error {
	for _, item := range items {
		var k key
		if err := attributevalue.UnmarshalMap(item, &k); err != nil {
			return err
		}
		if out := wanted[k]; out != nil {
			if err := attributevalue.UnmarshalMap(item, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// ChangePassword implements domain.Passwords in one write.
func (a Accounts) ChangePassword(ctx context.Context, id domain.UserID, read string, to domain.Credential, changed domain.Event) error {
	item, err := attributevalue.MarshalMap(credentialItem{credentialKey(id), to.Hash, domain.FormatTime(to.ChangedAt), newEventItem(changed, a.Region)})
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

// Rehash implements domain.Rehasher in one write. changedAt stays: the password is the same, and the event of its change is not told again.
func (a Accounts) Rehash(ctx context.Context, id domain.UserID, read, now string) error {
	update, condition := "SET #hash = :now REMOVE event", "#hash = :read"
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
