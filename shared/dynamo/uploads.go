package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Uploads is the record of users' files, in the owner's partition of the learning table: whoever asks with another id finds nothing. With
// each change goes what this region counts of the owner's quota, in one transaction.
type Uploads struct {
	Table   Table
	Region  string   // that publishes the events, and whose count is written
	Regions []string // whose counts are read: every region that ever wrote
	Now     func() time.Time
}

var (
	_ domain.Uploads       = Uploads{}
	_ domain.UploadWriter  = Uploads{}
	_ domain.UploadChanges = Uploads{}
	_ domain.UploadList    = Uploads{}
	_ domain.Avatars       = Uploads{}
	_ domain.AvatarChanges = Uploads{}
)

// refusedKept is how long a settled refusal can be asked for.
const refusedKept = 24 * time.Hour

// Create implements domain.UploadWriter: one batch read and one transaction for each try.
func (u Uploads) Create(ctx context.Context, upload *domain.Upload, limit domain.Usage, events ...domain.Event) error {
	owner := upload.State().Owner
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		quota, elsewhere, err := u.quotas(ctx, owner)
		if err != nil {
			return err
		}
		writes, err := u.sweep(ctx, owner, &quota)
		if err != nil {
			return err
		}
		if err := quota.Reserve(upload, elsewhere, limit); err != nil {
			if _, made := u.Upload(ctx, owner, upload.State().ID); made == nil {
				return nil // it is counted already
			}
			return err
		}
		err = u.save(ctx, newUploadItem(upload.State(), 1), &quota, writes, events)
		var cancelled *types.TransactionCanceledException
		if errors.As(err, &cancelled) && len(cancelled.CancellationReasons) > 0 && deref(cancelled.CancellationReasons[0].Code) == "ConditionalCheckFailed" {
			return nil // an earlier try has made it all
		}
		if err == nil || !lostRace(err) {
			return err
		}
	}
	return ErrBusy
}

// quotas reads what this region counted, and the sum of what the others did.
func (u Uploads) quotas(ctx context.Context, owner domain.UserID) (here domain.Quota, elsewhere domain.Usage, err error) {
	var wanted []key
	for _, region := range u.Regions {
		wanted = append(wanted, quotaKey(owner, region))
	}
	found, err := batchGet(ctx, u.Table.Client, map[string][]key{u.Table.Name: wanted})
	if err != nil {
		return here, elsewhere, err
	}
	for _, region := range u.Regions {
		var item quotaItem
		if err := attributevalue.UnmarshalMap(found[u.Table.Name][quotaKey(owner, region)], &item); err != nil {
			return here, elsewhere, err
		}
		if region == u.Region {
			here = item.restore()
			continue
		}
		elsewhere.Bytes += item.Bytes
		elsewhere.Files += item.Files
	}
	return here, elsewhere, nil
}

// sweep settles reservations that are over: what was confirmed in another region stays counted; what never came is refused and freed.
func (u Uploads) sweep(ctx context.Context, owner domain.UserID, quota *domain.Quota) (writes []types.TransactWriteItem, err error) {
	expired := quota.Expired(u.Now())
	if len(expired) == 0 {
		return nil, nil
	}
	var wanted []key
	for _, id := range expired {
		wanted = append(wanted, uploadKey(owner, id))
	}
	found, err := batchGet(ctx, u.Table.Client, map[string][]key{u.Table.Name: wanted})
	if err != nil {
		return nil, err
	}
	for _, id := range expired {
		var item uploadItem
		if err := attributevalue.UnmarshalMap(found[u.Table.Name][uploadKey(owner, id)], &item); err != nil {
			return nil, err
		}
		if item.PK == "" { // confirmed, then deleted in another region, which freed it
			delete(quota.Open, id)
			continue
		}
		upload := item.restore()
		upload.Refuse(domain.ErrUploadExpired)
		before := item.restore().State()
		before.Status = domain.StatusRequested // or refused in another region, which could not free it
		quota.Move(before, upload.State())
		if upload.State().Status == domain.StatusRefused {
			write, err := u.Table.putVersioned(u.expiring(newUploadItem(upload.State(), item.Version+1)), item.Version)
			if err != nil {
				return nil, err
			}
			writes = append(writes, write)
		}
	}
	return writes, nil
}

// expiring lets a refusal go after a while.
func (u Uploads) expiring(item uploadItem) uploadItem {
	item.ExpiresAt = u.Now().Add(refusedKept).Unix()
	return item
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
	return item.restore(), nil
}

// Change implements domain.UploadChanges: one batch read and one transaction for each try.
func (u Uploads) Change(ctx context.Context, owner domain.UserID, id domain.UploadID, change func(*domain.Upload) (*domain.Event, error)) (*domain.Upload, error) {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		upload, err := u.change(ctx, owner, id, change)
		if err == nil || !lostRace(err) {
			return upload, err
		}
	}
	return nil, ErrBusy
}

func (u Uploads) change(ctx context.Context, owner domain.UserID, id domain.UploadID, change func(*domain.Upload) (*domain.Event, error)) (*domain.Upload, error) {
	upload, quota, avatar := uploadKey(owner, id), quotaKey(owner, u.Region), avatarKey(owner)
	tables, err := batchGet(ctx, u.Table.Client, map[string][]key{u.Table.Name: {upload, quota, avatar}})
	if err != nil {
		return nil, err
	}
	found := tables[u.Table.Name]
	var item uploadItem
	var counted quotaItem
	var picture avatarItem
	if err := errors.Join(attributevalue.UnmarshalMap(found[upload], &item), attributevalue.UnmarshalMap(found[quota], &counted),
		attributevalue.UnmarshalMap(found[avatar], &picture)); err != nil {
		return nil, err
	}
	if item.PK == "" {
		return nil, domain.ErrNoUpload
	}
	before, after := item.restore().State(), item.restore()
	event, err := change(after)
	if err != nil || after.State() == before {
		return after, err
	}
	count := counted.restore()
	var writes []types.TransactWriteItem
	next := newUploadItem(after.State(), item.Version+1)
	if after.State().Status == domain.StatusDeleted && picture.Upload == id.String() {
		write, err := u.withoutPicture(owner, picture.restore(), before)
		if err != nil {
			return nil, err
		}
		writes = append(writes, write)
	}
	var quotaWrite *domain.Quota
	settledHere := before.Region == u.Region || before.Status != domain.StatusRequested
	if count.Move(before, after.State()) {
		quotaWrite = &count
	}
	switch status := after.State().Status; {
	case status == domain.StatusDeleted && !settledHere: // the region that reserved the place frees it, and looks here to know
		gone := item.restore()
		gone.Refuse(domain.ErrUploadEnded)
		next = newUploadItem(gone.State(), item.Version+1)
	case status == domain.StatusRefused && settledHere:
		next = u.expiring(next)
	}
	var events []domain.Event
	if event != nil {
		events = []domain.Event{*event}
	}
	return after, u.save(ctx, next, quotaWrite, writes, events)
}

// save writes everything or nothing, the upload first. An upload that is deleted is removed.
func (u Uploads) save(ctx context.Context, item uploadItem, quota *domain.Quota, more []types.TransactWriteItem, events []domain.Event) error {
	first, err := u.Table.putVersioned(item, item.Version-1)
	if item.Status == string(domain.StatusDeleted) {
		first = u.Table.remove(item.key, "version = :before", map[string]types.AttributeValue{":before": num(item.Version - 1)})
	}
	if err != nil {
		return err
	}
	writes := append([]types.TransactWriteItem{first}, more...)
	if quota != nil {
		put, err := u.Table.putVersioned(newQuotaItem(key{item.PK, quotaKey(domain.UserID{}, u.Region).SK}, *quota), quota.Version)
		if err != nil {
			return err
		}
		writes = append(writes, put)
	}
	outbox, err := u.Table.putEvents(u.Region, events)
	if err != nil {
		return err
	}
	// The SDK sends a ClientRequestToken, so its own repetition after a lost answer is not applied twice.
	_, err = u.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: append(writes, outbox...)})
	if err == nil || lostRace(err) {
		return err
	}
	return failed(err)
}

// List implements domain.UploadList in one query.
func (u Uploads) List(ctx context.Context, owner domain.UserID, page domain.Page) ([]*domain.Upload, string, error) {
	condition, forward, consistent := "pk = :user AND begins_with(sk, :uploads)", false, true
	query := &dynamodb.QueryInput{
		ScanIndexForward: &forward, ConsistentRead: &consistent, KeyConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":user": str(userPK(owner)), ":uploads": str(uploadSK)},
	}
	if page.After != "" {
		query.ExclusiveStartKey = key{userPK(owner), uploadSK + page.After}.av()
	}
	items, next, err := pageOf(ctx, u.Table, query, page.Limit, func(i uploadItem) string { return i.id().String() })
	if err != nil {
		return nil, "", err
	}
	uploads := make([]*domain.Upload, len(items))
	for i, item := range items {
		uploads[i] = item.restore()
	}
	return uploads, next, nil
}
