package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Avatar implements domain.Avatars in one read.
func (u Uploads) Avatar(ctx context.Context, user domain.UserID) (domain.Avatar, error) {
	var item avatarItem
	found, err := u.Table.get(ctx, avatarKey(user), &item)
	if err == nil && !found {
		err = domain.ErrNoAvatar
	}
	return item.restore(), err
}

// SetAvatar implements domain.Avatars: one read, and one transaction that also asks that the upload still stands as it was read.
func (u Uploads) SetAvatar(ctx context.Context, owner domain.UserID, id domain.UploadID, decide func(*domain.Upload) (domain.Avatar, domain.Event, error)) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		var item uploadItem
		found, err := u.Table.get(ctx, uploadKey(owner, id), &item)
		if err != nil {
			return err
		}
		if !found {
			return domain.ErrNoUpload
		}
		avatar, event, err := decide(item.restore())
		if err != nil {
			return err
		}
		outbox, err := u.Table.putEvents(u.Region, []domain.Event{event})
		if err != nil {
			return err
		}
		err = u.write(ctx, append(outbox, u.unchanged(item), u.put(newAvatarItem(avatarKey(owner), avatar)))...)
		if err == nil || !lostRace(err) {
			return err
		}
	}
	return ErrBusy
}

// AvatarReady implements domain.Avatars: one batch read and one transaction.
func (u Uploads) AvatarReady(ctx context.Context, user domain.UserID, avatar domain.Avatar) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		upload, picture := uploadKey(user, avatar.Upload), avatarKey(user)
		tables, err := batchGet(ctx, u.Table.Client, map[string][]key{u.Table.Name: {upload, picture}})
		if err != nil {
			return err
		}
		var item uploadItem
		var standing avatarItem
		if err := errors.Join(attributevalue.UnmarshalMap(tables[u.Table.Name][upload], &item),
			attributevalue.UnmarshalMap(tables[u.Table.Name][picture], &standing)); err != nil {
			return err
		}
		if item.PK == "" || standing.Upload != avatar.Upload.String() {
			return domain.ErrNoAvatar
		}
		before := item.Version
		item.Thumbnails, item.Version = true, before+1
		named, err := u.Table.putVersioned(item, before)
		if err != nil {
			return err
		}
		ready := u.put(newAvatarItem(picture, avatar))
		condition := "upload = :upload"
		ready.Put.ConditionExpression, ready.Put.ExpressionAttributeValues = &condition, map[string]types.AttributeValue{":upload": str(avatar.Upload.String())}
		err = u.write(ctx, named, ready)
		if err == nil || !lostRace(err) {
			return err
		}
	}
	return ErrBusy
}

// RemoveAvatar implements domain.Avatars in one write.
func (u Uploads) RemoveAvatar(ctx context.Context, user domain.UserID) error {
	if _, err := u.Table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &u.Table.Name, Key: avatarKey(user).av()}); err != nil {
		return failed(err)
	}
	return nil
}

// unchanged asks that an upload is at the version that was read.
func (u Uploads) unchanged(item uploadItem) types.TransactWriteItem {
	condition := "version = :version"
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &u.Table.Name, Key: item.av(), ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":version": num(item.Version)},
	}}
}

func (u Uploads) put(item any) types.TransactWriteItem {
	av, err := attributevalue.MarshalMap(item)
	if err != nil {
		panic(err) // a struct of texts and numbers can be marshalled
	}
	return types.TransactWriteItem{Put: &types.Put{TableName: &u.Table.Name, Item: av}}
}

func (u Uploads) write(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := u.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err == nil || lostRace(err) {
		return err
	}
	return failed(err)
}
