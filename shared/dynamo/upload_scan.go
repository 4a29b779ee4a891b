package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// All reads the whole table, once, for an operator: each upload of all users, and whose reservations in this region are over.
func (u Uploads) All(ctx context.Context, upload func(*domain.Upload), over func(owner domain.UserID)) error {
	filter, consistent := "begins_with(sk, :uploads) OR sk = :quota", true
	pages := dynamodb.NewScanPaginator(u.Table.Client, &dynamodb.ScanInput{
		TableName: &u.Table.Name, ConsistentRead: &consistent, FilterExpression: &filter,
		ExpressionAttributeValues: map[string]types.AttributeValue{":uploads": str(uploadSK), ":quota": str(quotaKey(domain.UserID{}, u.Region).SK)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed(err)
		}
		for _, av := range page.Items {
			var item uploadItem
			var quota quotaItem
			if err := attributevalue.UnmarshalMap(av, &item); err != nil {
				return err
			}
			if strings.HasPrefix(item.SK, uploadSK) {
				upload(item.restore())
				continue
			}
			if err := attributevalue.UnmarshalMap(av, &quota); err != nil {
				return err
			}
			counted := quota.restore()
			if len(counted.Expired(u.Now())) > 0 {
				over(domain.RestoreID[domain.User](strings.TrimPrefix(item.PK, userPK(domain.UserID{}))))
			}
		}
	}
	return nil
}

// Free gives the places of a user's reservations in this region free that are over, as the next request of theirs would, at most 20, and
// tells how many: two batch reads and one transaction for each try.
func (u Uploads) Free(ctx context.Context, owner domain.UserID) (int, error) {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return 0, err
		}
		quota, _, err := u.quotas(ctx, owner)
		if err != nil {
			return 0, err
		}
		open := len(quota.Open)
		writes, err := u.sweep(ctx, owner, &quota)
		if err != nil || len(quota.Open) == open {
			return 0, err
		}
		put, err := u.Table.putVersioned(newQuotaItem(quotaKey(owner, u.Region), quota), quota.Version)
		if err != nil {
			return 0, err
		}
		_, err = u.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: append(writes, put)})
		if err == nil {
			return open - len(quota.Open), nil
		}
		if !lostRace(err) {
			return 0, failed(err)
		}
	}
	return 0, ErrBusy
}
