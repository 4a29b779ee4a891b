package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"

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
	if err != nil {
		return domain.Avatar{}, err
	}
	return item.restore(), nil
}

// Picture implements domain.Avatars in two batch reads.
func (u Uploads) Picture(ctx context.Context, user domain.UserID) (*domain.Upload, error) {
	shown := (*domain.Upload)(nil)
	why := error(domain.ErrNoAvatar)
	err := u.pictures(ctx, []domain.UserID{user}, func(_ domain.UserID, upload *domain.Upload, err error) { shown, why = upload, err })
	if err == nil {
		err = why
	}
	return shown, err
}

// Pictures implements domain.Avatars in one batch read for each 100 users, and one for each 100
// uploads that they chose.
func (u Uploads) Pictures(ctx context.Context, users ...domain.UserID) (map[domain.UserID]domain.UploadID, error) {
	shown := map[domain.UserID]domain.UploadID{}
	return shown, u.pictures(ctx, users, func(user domain.UserID, upload *domain.Upload, err error) {
		if err == nil {
			shown[user] = upload.State().ID
		}
	})
}

// pictures tells for each user who made a choice which upload is shown, or why none.
func (u Uploads) pictures(ctx context.Context, users []domain.UserID, tell func(domain.UserID, *domain.Upload, error)) error {
	var choices, files []key
	for _, user := range users {
		choices = append(choices, avatarKey(user))
	}
	chosen, err := u.many(ctx, choices)
	if err != nil {
		return err
	}
	avatars := map[domain.UserID]domain.Avatar{}
	for _, user := range users {
		var item avatarItem
		if err := attributevalue.UnmarshalMap(chosen[avatarKey(user)], &item); err != nil {
			return err
		}
		if item.PK == "" {
			continue
		}
		avatars[user] = item.restore()
		files = append(files, uploadKey(user, avatars[user].Upload))
		if before := avatars[user].Before; !before.IsZero() {
			files = append(files, uploadKey(user, before))
		}
	}
	found, err := u.many(ctx, files)
	if err != nil {
		return err
	}
	for user, avatar := range avatars {
		now, err := uploadIn(found, user, avatar.Upload)
		if err != nil {
			return err
		}
		before, err := uploadIn(found, user, avatar.Before)
		if err != nil {
			return err
		}
		upload, why := avatar.Shown(now, before)
		tell(user, upload, why)
	}
	return nil
}

// many reads items, 100 in a call.
func (u Uploads) many(ctx context.Context, keys []key) (map[key]attributes, error) {
	all := map[key]attributes{}
	for some := range slices.Chunk(keys, 100) {
		found, err := batchGet(ctx, u.Table.Client, map[string][]key{u.Table.Name: some})
		if err != nil {
			return nil, err
		}
		maps.Copy(all, found[u.Table.Name])
	}
	return all, nil
}

// uploadIn is one upload of those that were read; nil if it is not there.
func uploadIn(found map[key]attributes, owner domain.UserID, id domain.UploadID) (*domain.Upload, error) {
	item, there := found[uploadKey(owner, id)]
	if !there || id.IsZero() {
		return nil, nil
	}
	var upload uploadItem
	err := attributevalue.UnmarshalMap(item, &upload)
	return upload.restore(), err
}

// SetAvatar implements domain.AvatarChanges: one batch read, one more if there was another picture,
// and one transaction for each try. The upload is written too, so that it cannot be deleted
// meanwhile.
func (u Uploads) SetAvatar(ctx context.Context, owner domain.UserID, id domain.UploadID, choose func(*domain.Upload) (domain.Event, error)) (*domain.Upload, error) {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		upload, err := u.setAvatar(ctx, owner, id, choose)
		if err == nil || !lostRace(err) {
			return upload, err
		}
	}
	return nil, ErrBusy
}

func (u Uploads) setAvatar(ctx context.Context, owner domain.UserID, id domain.UploadID, choose func(*domain.Upload) (domain.Event, error)) (*domain.Upload, error) {
	found, err := u.many(ctx, []key{uploadKey(owner, id), avatarKey(owner)})
	if err != nil {
		return nil, err
	}
	var item uploadItem
	var present avatarItem
	if err := errors.Join(attributevalue.UnmarshalMap(found[uploadKey(owner, id)], &item), attributevalue.UnmarshalMap(found[avatarKey(owner)], &present)); err != nil {
		return nil, err
	}
	if item.PK == "" {
		return nil, domain.ErrNoUpload
	}
	upload := item.restore()
	event, err := choose(upload)
	if err != nil {
		return nil, err
	}
	avatar, current := domain.Avatar{}, upload
	if present.PK != "" {
		avatar = present.restore()
		if avatar.Upload != id {
			if found, err = u.many(ctx, []key{uploadKey(owner, avatar.Upload)}); err == nil {
				current, err = uploadIn(found, owner, avatar.Upload)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	picture, err := attributevalue.MarshalMap(newAvatarItem(owner, avatar.Replaces(id, current, event.At)))
	if err != nil {
		return nil, err
	}
	put := types.TransactWriteItem{Put: &types.Put{TableName: &u.Table.Name, Item: picture}}
	return upload, u.save(ctx, newUploadItem(upload.State(), item.Version+1), nil, []types.TransactWriteItem{put}, []domain.Event{event})
}

// withoutPicture takes the choice back when the upload that was chosen is deleted. One that could
// not be shown yet, or never, leaves the picture that is shown.
func (u Uploads) withoutPicture(owner domain.UserID, avatar domain.Avatar, gone domain.UploadState) (types.TransactWriteItem, error) {
	condition, values := "upload = :upload", attributes{":upload": str(gone.ID.String())}
	if avatar.Before.IsZero() || gone.Thumbnails == domain.ThumbnailsMade {
		return u.Table.remove(avatarKey(owner), condition, values), nil
	}
	item, err := attributevalue.MarshalMap(newAvatarItem(owner, domain.Avatar{Upload: avatar.Before, ChangedAt: avatar.ChangedAt}))
	return types.TransactWriteItem{Put: &types.Put{TableName: &u.Table.Name, Item: item, ConditionExpression: &condition, ExpressionAttributeValues: values}}, err
}

// RemoveAvatar implements domain.AvatarChanges in one write.
func (u Uploads) RemoveAvatar(ctx context.Context, user domain.UserID) error {
	if _, err := u.Table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &u.Table.Name, Key: avatarKey(user).av()}); err != nil {
		return failed(err)
	}
	return nil
}
