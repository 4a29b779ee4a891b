package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Uploads is the record of users' files, in the owner's partition of the learning table: whoever asks with another id finds nothing.
type Uploads struct {
	Table  Table
	Region string // that publishes the events
}

var (
	_ domain.Uploads      = Uploads{}
	_ domain.UploadWriter = Uploads{}
)

type uploadItem struct {
	key
	OriginalName string `dynamodbav:"originalName"`
	ContentType  string `dynamodbav:"contentType"`
	Size         int64  `dynamodbav:"size"`
	ObjectKey    string `dynamodbav:"objectKey"`
	Bucket       string `dynamodbav:"bucket"`
	CreatedAt    string `dynamodbav:"createdAt"`
	Version      int    `dynamodbav:"version"`
}

// Create implements domain.UploadWriter: record and event in one transaction.
func (u Uploads) Create(ctx context.Context, upload *domain.Upload, confirmed domain.Event) error {
	s := upload.State()
	put, err := u.Table.putVersioned(uploadItem{
		uploadKey(s.Owner, s.ID), s.OriginalName, s.ContentType, s.Size, s.Key, s.Bucket, domain.FormatTime(s.CreatedAt), 1,
	}, 0)
	if err != nil {
		return err
	}
	outbox, err := u.Table.putEvents(u.Region, []domain.Event{confirmed})
	if err != nil {
		return err
	}
	return u.Table.create(ctx, append([]types.TransactWriteItem{put}, outbox...))
}

// Upload implements domain.Uploads in one read.
func (u Uploads) Upload(ctx context.Context, owner domain.UserID, id domain.UploadID) (*domain.Upload, error) {
	var item uploadItem
	found, err := u.Table.get(ctx, uploadKey(owner, id), &item)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, domain.ErrNoUpload
	}
	return domain.RestoreUpload(domain.UploadState{
		ID: id, Owner: owner, OriginalName: item.OriginalName, ContentType: item.ContentType, Size: item.Size,
		Key: item.ObjectKey, Bucket: item.Bucket, CreatedAt: domain.RestoreTime(item.CreatedAt),
	}), nil
}
