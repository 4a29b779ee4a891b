package dynamo

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

type uploadItem struct {
	key
	OriginalName string `dynamodbav:"originalName"`
	ContentType  string `dynamodbav:"contentType"`
	Size         int64  `dynamodbav:"size"`
	Pixels       int64  `dynamodbav:"pixels,omitempty"`
	SHA256       string `dynamodbav:"sha256,omitempty"`
	ObjectKey    string `dynamodbav:"objectKey"`
	Bucket       string `dynamodbav:"bucket"`
	Region       string `dynamodbav:"region"`
	Parts        string `dynamodbav:"parts,omitempty"`
	Status       string `dynamodbav:"status"`
	Reason       string `dynamodbav:"reason,omitempty"`
	ETag         string `dynamodbav:"etag,omitempty"`
	Thumbnails   string `dynamodbav:"thumbnails,omitempty"`
	Maker        string `dynamodbav:"maker,omitempty"` // the event for which thumbnails are made
	MakerUntil   string `dynamodbav:"makerUntil,omitempty"`
	Until        string `dynamodbav:"until,omitempty"`
	CreatedAt    string `dynamodbav:"createdAt"`
	ExpiresAt    int64  `dynamodbav:"expiresAt,omitempty"` // Unix seconds, TTL, of refusals alone
	Version      int    `dynamodbav:"version"`
}

func newUploadItem(s domain.UploadState, version int) uploadItem {
	item := uploadItem{
		key: uploadKey(s.Owner, s.ID), OriginalName: s.OriginalName, ContentType: s.ContentType, Size: s.Size, SHA256: s.SHA256,
		ObjectKey: s.Key, Bucket: s.Bucket, Region: s.Region, Parts: s.Parts, Status: string(s.Status), Reason: s.Reason, ETag: s.ETag,
		Thumbnails: string(s.Thumbnails), Until: domain.FormatTime(s.Until), CreatedAt: domain.FormatTime(s.CreatedAt), Version: version,
		Pixels: s.Pixels,
	}
	if s.Making != (domain.Making{}) {
		item.Maker, item.MakerUntil = s.Making.By.String(), domain.FormatTime(s.Making.Until)
	}
	return item
}

func (i uploadItem) id() domain.UploadID {
	return domain.RestoreID[domain.Upload](strings.TrimPrefix(i.SK, uploadSK))
}

func (i uploadItem) restore() *domain.Upload {
	var making domain.Making
	if i.Maker != "" {
		making = domain.Making{By: domain.RestoreID[domain.Event](i.Maker), Until: domain.RestoreTime(i.MakerUntil)}
	}
	return domain.RestoreUpload(domain.UploadState{
		ID: i.id(), Owner: domain.RestoreID[domain.User](strings.TrimPrefix(i.PK, userPK(domain.UserID{}))),
		OriginalName: i.OriginalName, ContentType: i.ContentType, Size: i.Size, SHA256: i.SHA256, Key: i.ObjectKey,
		Place: domain.Place{Bucket: i.Bucket, Region: i.Region}, Parts: i.Parts, Status: domain.UploadStatus(i.Status), Reason: i.Reason,
		ETag: i.ETag, Thumbnails: domain.Thumbnails(i.Thumbnails), Until: domain.RestoreTime(i.Until), CreatedAt: domain.RestoreTime(i.CreatedAt),
		Pixels: i.Pixels, Making: making,
	})
}

type quotaItem struct {
	key
	Bytes   int64                      `dynamodbav:"bytes"`
	Files   int                        `dynamodbav:"files"`
	Open    map[string]reservationItem `dynamodbav:"open,omitempty"` // by upload id
	Version int                        `dynamodbav:"version"`
}

type reservationItem struct {
	Bytes int64  `dynamodbav:"bytes"`
	Until string `dynamodbav:"until"`
}

func newQuotaItem(k key, q domain.Quota) quotaItem {
	item := quotaItem{key: k, Bytes: q.Bytes, Files: q.Files, Open: map[string]reservationItem{}, Version: q.Version + 1}
	for id, r := range q.Open {
		item.Open[id.String()] = reservationItem{r.Bytes, domain.FormatTime(r.Until)}
	}
	return item
}

func (i quotaItem) restore() domain.Quota {
	q := domain.Quota{Usage: domain.Usage{Bytes: i.Bytes, Files: i.Files}, Open: map[domain.UploadID]domain.Reservation{}, Version: i.Version}
	for id, r := range i.Open {
		q.Open[domain.RestoreID[domain.Upload](id)] = domain.Reservation{Bytes: r.Bytes, Until: domain.RestoreTime(r.Until)}
	}
	return q
}

type avatarItem struct {
	key
	Upload    string `dynamodbav:"upload"`
	Before    string `dynamodbav:"before,omitempty"`
	ChangedAt string `dynamodbav:"changedAt"`
}

func newAvatarItem(user domain.UserID, a domain.Avatar) avatarItem {
	item := avatarItem{key: avatarKey(user), Upload: a.Upload.String(), ChangedAt: domain.FormatTime(a.ChangedAt)}
	if a.Before != (domain.UploadID{}) {
		item.Before = a.Before.String()
	}
	return item
}

func (i avatarItem) restore() domain.Avatar {
	a := domain.Avatar{Upload: domain.RestoreID[domain.Upload](i.Upload), ChangedAt: domain.RestoreTime(i.ChangedAt)}
	if i.Before != "" {
		a.Before = domain.RestoreID[domain.Upload](i.Before)
	}
	return a
}

// remove is a transaction's delete of an item for which the condition holds.
func (t Table) remove(k key, condition string, values map[string]types.AttributeValue) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &t.Name, Key: k.av(), ConditionExpression: &condition, ExpressionAttributeValues: values,
	}}
}
