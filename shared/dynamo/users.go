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
	_ domain.UserChanges = Accounts{}
	_ domain.Directory   = Accounts{}
)

// Update implements domain.UserChanges: one read, and one write for each try.
func (a Accounts) Update(ctx context.Context, id domain.UserID, change func(*domain.User) (*domain.Event, error)) (*domain.User, error) {
	var item userItem
	if _, err := a.Table.get(ctx, userKey(id), &item); err != nil {
		return nil, err
	}
	for try := range maxTries {
		if item.PK == "" {
			return nil, domain.ErrNoUser
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		user := item.restore()
		event, err := change(user)
		if err != nil {
			return nil, err
		}
		if event == nil {
			return user, nil
		}
		next := newUserItem(user.State(), *event, a.Region)
		standing, err := a.replace(ctx, next, item.Version)
		if err != nil {
			return nil, err
		}
		if standing.Event != nil && standing.Event.ID == next.Event.ID {
			return user, nil
		}
		item = standing
	}
	return nil, ErrBusy
}

// replace writes a user who must still be at version before. It returns the user that stands then: this one, which can have been written
// by a try whose answer was lost, or the one that was in the way, or none.
func (a Accounts) replace(ctx context.Context, next userItem, before int) (userItem, error) {
	item, err := attributevalue.MarshalMap(next)
	if err != nil {
		return userItem{}, err
	}
	condition := "version = :before"
	_, err = a.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &a.Table.Name, Item: item, ConditionExpression: &condition,
		ExpressionAttributeValues:           map[string]types.AttributeValue{":before": num(before)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var faster *types.ConditionalCheckFailedException
	if errors.As(err, &faster) {
		var standing userItem
		return standing, attributevalue.UnmarshalMap(faster.Item, &standing)
	}
	if err != nil {
		return userItem{}, failed(err)
	}
	return next, nil
}

// List implements domain.Directory in one query of the index.
func (a Accounts) List(ctx context.Context, page domain.Page) ([]*domain.User, string, error) {
	index, condition, forward := usersIndex, "usersPk = :users", false
	query := &dynamodb.QueryInput{
		IndexName: &index, ScanIndexForward: &forward,
		KeyConditionExpression: &condition, ExpressionAttributeValues: map[string]types.AttributeValue{":users": str(usersPK)},
	}
	if page.After != "" {
		query.ExclusiveStartKey = usersStart(page.After)
	}
	items, next, err := pageOf(ctx, a.Table, query, page.Limit, func(i userItem) string { return i.UsersSK })
	if err != nil {
		return nil, "", err
	}
	users := make([]*domain.User, len(items))
	for i, item := range items {
		users[i] = item.restore()
	}
	return users, next, nil
}
