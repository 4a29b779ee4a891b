package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Learning is how far learners got: one progress shard for each learner, lesson and region, one summary for each learner and region.
type Learning struct {
	Table    Table
	Region   string   // whose shards are written
	Regions  []string // whose shards are read: every region that ever wrote
	Identity string   // name of the identity table, for Dashboard alone
}

var (
	_ domain.Completions = Learning{}
	_ domain.Dashboards  = Learning{}
)

// Complete implements domain.Completions: one batch read and one transaction for each try.
func (l Learning) Complete(ctx context.Context, user domain.UserID, lesson domain.LessonID,
	record func(*domain.Lesson, *domain.Progress, *domain.Summary) ([]domain.Event, error)) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		what, progress, summary, err := l.load(ctx, user, lesson)
		if err != nil {
			return err
		}
		events, err := record(what, progress, summary)
		if err != nil {
			return err
		}
		err = l.save(ctx, user, progress, *summary, events)
		if err == nil || !lostRace(err) {
			return err
		}
	}
	return ErrBusy
}

func (l Learning) load(ctx context.Context, user domain.UserID, lesson domain.LessonID) (*domain.Lesson, *domain.Progress, *domain.Summary, error) {
	wanted := []key{lessonKey(lesson), summaryKey(user, l.Region)}
	for _, region := range l.Regions {
		wanted = append(wanted, progressKey(user, lesson, region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return nil, nil, nil, err
	}
	found := tables[l.Table.Name]
	var item lessonItem
	if err := attributevalue.UnmarshalMap(found[lessonKey(lesson)], &item); err != nil {
		return nil, nil, nil, err
	}
	if item.CataloguePK == "" {
		return nil, nil, nil, domain.ErrNoLesson
	}
	var totals summaryItem
	if err := attributevalue.UnmarshalMap(found[summaryKey(user, l.Region)], &totals); err != nil {
		return nil, nil, nil, err
	}
	shards := map[string]domain.Shard{}
	for _, region := range l.Regions {
		if av, ok := found[progressKey(user, lesson, region)]; ok {
			var shard progressItem
			if err := attributevalue.UnmarshalMap(av, &shard); err != nil {
				return nil, nil, nil, err
			}
			shards[region] = shard.restore()
		}
	}
	summary := totals.restore()
	return item.restore(), domain.RestoreProgress(lesson, l.Region, shards), &summary, nil
}

func (l Learning) save(ctx context.Context, user domain.UserID, p *domain.Progress, s domain.Summary, events []domain.Event) error {
	shard, err := l.Table.putVersioned(newProgressItem(progressKey(user, p.Lesson(), l.Region), p.Mine()), p.Mine().Version)
	if err != nil {
		return err
	}
	totals, err := l.Table.putVersioned(newSummaryItem(summaryKey(user, l.Region), s), s.Version)
	if err != nil {
		return err
	}
	outbox, err := l.Table.putEvents(l.Region, events)
	if err != nil {
		return err
	}
	// The SDK sends a ClientRequestToken, so its own repetition after a lost answer is not applied twice.
	_, err = l.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: append([]types.TransactWriteItem{shard, totals}, outbox...),
	})
	if err == nil || lostRace(err) {
		return err
	}
	return failed(err)
}

// Dashboard implements domain.Dashboards in one batch read over both tables.
func (l Learning) Dashboard(ctx context.Context, id domain.UserID) (*domain.User, domain.Summary, domain.CatalogueCounts, error) {
	var none domain.Summary
	var uncounted domain.CatalogueCounts
	var wanted []key
	for _, region := range l.Regions {
		wanted = append(wanted, summaryKey(id, region), catalogueCountKey(region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Identity: {userKey(id)}, l.Table.Name: wanted})
	if err != nil {
		return nil, none, uncounted, err
	}
	account, ok := tables[l.Identity][userKey(id)]
	if !ok {
		return nil, none, uncounted, domain.ErrNoUser
	}
	var user userItem
	if err := attributevalue.UnmarshalMap(account, &user); err != nil {
		return nil, none, uncounted, err
	}
	var shards []domain.Summary
	var counts []domain.CatalogueCounts
	for _, region := range l.Regions {
		var totals summaryItem
		if err := attributevalue.UnmarshalMap(tables[l.Table.Name][summaryKey(id, region)], &totals); err != nil {
			return nil, none, uncounted, err
		}
		shards = append(shards, totals.restore())
		counts = append(counts, restoreCounts(tables[l.Table.Name][catalogueCountKey(region)]))
	}
	return user.restore(), domain.MergeSummaries(shards), domain.MergeCounts(counts), nil
}
