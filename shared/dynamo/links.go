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
	_ domain.Owners       = Accounts{}
	_ domain.Links        = Accounts{}
	_ domain.EmailChanges = Accounts{}
)

// linkItem stays when its time is over, as the table has no TTL: one of each kind a user. Readers compare the time.
type linkItem struct {
	key
	AskedBy  string `dynamodbav:"askedBy"` // id of the event, which begins with its time
	Email    string `dynamodbav:"email"`
	Hash     []byte `dynamodbav:"hash"`
	IssuedAt string `dynamodbav:"issuedAt"`
}

// Owner implements domain.Owners in one read.
func (a Accounts) Owner(ctx context.Context, email domain.Email) (domain.UserID, error) {
	var claim claimItem
	if _, err := a.Table.get(ctx, claimKey(email), &claim); err != nil {
		return domain.UserID{}, err
	}
	if claim.UserID == "" || claim.PendingUntil != 0 {
		return domain.UserID{}, domain.ErrNoUser
	}
	return domain.RestoreID[domain.User](claim.UserID), nil
}

// Issue implements domain.Links in one write.
func (a Accounts) Issue(ctx context.Context, link domain.Link) error {
	mine := linkItem{linkKey(link.UserID, link.Kind), link.Event.String(), link.Email.String(), link.Hash, domain.FormatTime(link.IssuedAt)}
	item, err := attributevalue.MarshalMap(mine)
	if err != nil {
		return err
	}
	home, condition := a.home(), "attribute_not_exists(pk) OR askedBy < :mine"
	_, err = home.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &home.Name, Item: item, ConditionExpression: &condition,
		ExpressionAttributeValues:           map[string]types.AttributeValue{":mine": str(mine.AskedBy)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var refused *types.ConditionalCheckFailedException
	if !errors.As(err, &refused) {
		return wrap(err)
	}
	var standing linkItem
	if err := attributevalue.UnmarshalMap(refused.Item, &standing); err != nil {
		return err
	}
	if standing.AskedBy != mine.AskedBy {
		return domain.ErrLinkReplaced
	}
	return nil
}

// Linked implements domain.Links in one query of the user's partition.
func (a Accounts) Linked(ctx context.Context, id domain.UserID, kind domain.LinkKind) (*domain.User, domain.Credential, domain.Link, error) {
	home, consistent, condition := a.home(), true, "pk = :pk"
	res, err := home.Client.Query(ctx, &dynamodb.QueryInput{
		TableName: &home.Name, KeyConditionExpression: &condition, ConsistentRead: &consistent,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(userPK(id))},
	})
	if err != nil {
		return nil, domain.Credential{}, domain.Link{}, failed(err)
	}
	var user userItem
	var secret credentialItem
	var link linkItem
	err = pick(res.Items, map[key]any{userKey(id): &user, credentialKey(id): &secret, linkKey(id, kind): &link})
	if err == nil && (user.PK == "" || secret.PK == "") {
		err = domain.ErrNoUser
	}
	if err != nil {
		return nil, domain.Credential{}, domain.Link{}, err
	}
	return user.restore(), secret.restore(), domain.Link{
		Kind: kind, UserID: id, Event: domain.RestoreID[domain.Event](link.AskedBy), Email: domain.RestoreEmail(link.Email), Hash: link.Hash,
		IssuedAt: domain.RestoreTime(link.IssuedAt),
	}, nil
}

// SwitchEmail implements domain.EmailChanges: claim the new address, save the user with it, give the old one free. The user's item alone
// decides which address signs in (ByEmail), so whatever of this is done twice, or not at all, is harmless.
func (a Accounts) SwitchEmail(ctx context.Context, link domain.Link, change func(*domain.User) (*domain.Event, error)) (*domain.User, error) {
	a = a.AtHome()
	claim := claimItem{key: claimKey(link.Email), UserID: link.UserID.String(), AskedAt: domain.FormatTime(link.IssuedAt)}
	if err := a.claim(ctx, claim); err != nil {
		return nil, err
	}
	user, err := a.Update(ctx, link.UserID, change)
	if errors.Is(err, domain.ErrLink) || errors.Is(err, domain.ErrNoUser) {
		return nil, errors.Join(err, a.release(ctx, link.Email, link))
	}
	if err != nil {
		return nil, err
	}
	if former := user.State().FormerEmail; former != (domain.Email{}) {
		err = a.release(ctx, former, link)
	}
	return user, err
}

// release gives an address free that the link's user does not need any more. What a later link has claimed stays, however late this comes.
func (a Accounts) release(ctx context.Context, email domain.Email, link domain.Link) error {
	condition := "userId = :id AND (attribute_not_exists(askedAt) OR askedAt <= :asked)"
	_, err := a.Table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &a.Table.Name, Key: claimKey(email).av(), ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":id": str(link.UserID.String()), ":asked": str(domain.FormatTime(link.IssuedAt)),
		},
	})
	var other *types.ConditionalCheckFailedException
	if errors.As(err, &other) {
		return nil
	}
	return wrap(err)
}
