package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

var (
	_ domain.Admins = Accounts{}
	_ domain.Roles  = Accounts{}
)

// adminsItem names all admins. The table has no transactions, and that one of them stays must be
// decided in one write: this item's. An admin is who is named here and has the role in the user's
// item; the list is written first, so whoever is half one is none.
type adminsItem struct {
	key
	IDs     []string `dynamodbav:"ids"`
	Version int      `dynamodbav:"version"`
}

// Role implements domain.Roles in one batch read.
func (a Accounts) Role(ctx context.Context, id domain.UserID) (domain.Role, error) {
	roles, admins, err := a.roles(ctx, id)
	if err != nil {
		return domain.Learner, err
	}
	if roles[id] == domain.Admin && !slices.Contains(admins.IDs, id.String()) {
		return domain.Learner, nil
	}
	return roles[id], nil
}

// roles are those in the users' items, and the list of admins.
func (a Accounts) roles(ctx context.Context, ids ...domain.UserID) (map[domain.UserID]domain.Role, adminsItem, error) {
	keys := []key{adminsKey}
	for _, id := range ids {
		keys = append(keys, userKey(id))
	}
	tables, err := batchGet(ctx, a.Table.Client, map[string][]key{a.Table.Name: keys})
	if err != nil {
		return nil, adminsItem{}, err
	}
	var admins adminsItem
	if err := attributevalue.UnmarshalMap(tables[a.Table.Name][adminsKey], &admins); err != nil {
		return nil, adminsItem{}, err
	}
	roles := map[domain.UserID]domain.Role{}
	for _, id := range ids {
		var user userItem
		if err := attributevalue.UnmarshalMap(tables[a.Table.Name][userKey(id)], &user); err != nil {
			return nil, adminsItem{}, err
		}
		roles[id] = domain.RestoreRole(user.Role)
	}
	return roles, admins, nil
}

// SetAdmin implements domain.Admins: one read and, if something changes, one write for each try;
// who is to go costs a read of the others' roles more.
func (a Accounts) SetAdmin(ctx context.Context, id domain.UserID, admin bool, by domain.UserID) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		_, list, err := a.roles(ctx)
		if err != nil {
			return err
		}
		at := slices.Index(list.IDs, id.String())
		switch {
		case by != (domain.UserID{}) && !slices.Contains(list.IDs, by.String()):
			return domain.ErrForbidden
		case admin == (at >= 0):
			return nil
		case admin:
			list.IDs = append(list.IDs, id.String())
		default:
			list.IDs = slices.Delete(list.IDs, at, at+1)
			if err := a.stays(ctx, list.IDs); err != nil {
				return err
			}
		}
		if saved, err := a.putAdmins(ctx, list); err != nil || saved {
			return err
		}
	}
	return ErrBusy
}

// stays is ErrLastAdmin unless one of these is an admin in their own item too. Who is one cannot
// cease to be one before the list changes.
func (a Accounts) stays(ctx context.Context, ids []string) error {
	for batch := range slices.Chunk(ids, 50) {
		var others []domain.UserID
		for _, id := range batch {
			others = append(others, domain.RestoreID[domain.User](id))
		}
		roles, _, err := a.roles(ctx, others...)
		if err != nil {
			return err
		}
		for _, role := range roles {
			if role == domain.Admin {
				return nil
			}
		}
	}
	return domain.ErrLastAdmin
}

// putAdmins writes the list unless somebody else was faster.
func (a Accounts) putAdmins(ctx context.Context, list adminsItem) (saved bool, err error) {
	before := list.Version
	list.key, list.Version = adminsKey, before+1
	item, err := attributevalue.MarshalMap(list)
	if err != nil {
		return false, err
	}
	condition := "version = :before OR attribute_not_exists(pk)"
	if before > 0 {
		condition = "version = :before"
	}
	_, err = a.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &a.Table.Name, Item: item, ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":before": num(before)},
	})
	var faster *types.ConditionalCheckFailedException
	if errors.As(err, &faster) {
		return false, nil
	}
	return err == nil, wrap(err)
}
