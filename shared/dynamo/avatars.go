package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Avatar implements domain.Avatars in one read.
func (u Uploads) Avatar(ctx context.Context, user domain.UserID) (domain.Avatar, error) {
	var item avatarItem
	found, err := u.Table.get(ctx, avatarKey(user), &item)
	if err != nil {
		return domain.Avatar{}, err
	}
	if !found {
		return domain.Avatar{}, domain.ErrNoAvatar
	}
	return domain.Avatar{Upload: domain.RestoreID[domain.Upload](item.Upload), ChangedAt: domain.RestoreTime(item.ChangedAt)}, nil
}

// SetAvatar implements domain.AvatarChanges: one read and one transaction for each try. The upload is written too, so that it cannot be
// deleted meanwhile.
func (u Uploads) SetAvatar(ctx context.Context, owner domain.UserID, id domain.UploadID, choose func(*domain.Upload) (domain.Event, error)) (*domain.Upload, error) {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		var item uploadItem
		found, err := u.Table.get(ctx, uploadKey(owner, id), &item)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, domain.ErrNoUpload
		}
		upload := item.restore()
		event, err := choose(upload)
		if err != nil {
			return nil, err
		}
		picture, err := attributevalue.MarshalMap(avatarItem{avatarKey(owner), id.String(), domain.FormatTime(event.At)})
		if err != nil {
			return nil, err
		}
		put := types.TransactWriteItem{Put: &types.Put{TableName: &u.Table.Name, Item: picture}}
		next := newUploadItem(upload.State(), item.Version+1)
		err = u.save(ctx, next, nil, []types.TransactWriteItem{put}, []domain.Event{event})
		if err == nil || !lostRace(err) {
			return upload, err
		}
	}
	return nil, ErrBusy
}

// RemoveAvatar implements domain.AvatarChanges in one write.
func (u Uploads) RemoveAvatar(ctx context.Context, user domain.UserID) error {
	if _, err := u.Table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &u.Table.Name, Key: avatarKey(user).av()}); err != nil {
		return failed(err)
	}
	return nil
}
