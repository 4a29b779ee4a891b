package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Learning is how far learners got: one progress shard for each learner, lesson and region, one summary and one list of begun lessons for
// each learner and region, and the places of finished lessons in the learner's history.
type Learning struct {
	Table    Table
	Region   string   // whose shards are written
	Regions  []string // whose shards are read: every region that ever wrote
	Identity string   // name of the identity table; "" leaves the account and its zone out
}

var (
	_ domain.Learning       = Learning{}
	_ domain.ProgressReader = Learning{}
	_ domain.History        = Learning{}
	_ domain.Stats          = Learning{}
	_ domain.Dashboards     = Learning{}
)

// part is how many lessons are taken at once: the keys to read stay within a batch (100), and so do the writes within a transaction (100),
// three for each lesson, the summary, the list of begun lessons and the events of up to 24 tracks.
func (l Learning) part() int {
	r := len(l.Regions)
	return max(1, min(24, (99-3*r)/(1+r)))
}

// Learn implements domain.Learning: for each part of the lessons, one batch read and one transaction for each try. A change that changes
// nothing is not saved. A learner who may have completed a track costs a query of its lessons and a batch read of their progress more.
func (l Learning) Learn(ctx context.Context, user domain.UserID, lessons []domain.LessonID, change func(*domain.Study) ([]domain.Event, error)) error {
	for part := range slices.Chunk(lessons, l.part()) {
		if err := l.learn(ctx, user, part, change); err != nil {
			return err
		}
	}
	return nil
}

func (l Learning) learn(ctx context.Context, user domain.UserID, lessons []domain.LessonID, change func(*domain.Study) ([]domain.Event, error)) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		study, err := l.load(ctx, user, lessons)
		if err != nil {
			return err
		}
		events, err := change(study)
		if err != nil {
			return err
		}
		err = l.save(ctx, study, events)
		if err == nil || !lostRace(err) {
			return err
		}
	}
	return ErrBusy
}

func (l Learning) load(ctx context.Context, user domain.UserID, lessons []domain.LessonID) (*domain.Study, error) {
	var wanted []key
	for _, lesson := range lessons {
		wanted = append(append(wanted, lessonKey(lesson)), l.shardKeys(user, lesson)...)
	}
	for _, region := range l.Regions {
		wanted = append(wanted, summaryKey(user, region), resumeKey(user, region), catalogueCountKey(region))
	}
	request := map[string][]key{l.Table.Name: wanted}
	if l.Identity != "" {
		request[l.Identity] = []key{userKey(user)}
	}
	tables, err := batchGet(ctx, l.Table.Client, request)
	if err != nil {
		return nil, err
	}
	found := tables[l.Table.Name]
	var account userItem
	if err := attributevalue.UnmarshalMap(tables[l.Identity][userKey(user)], &account); err != nil {
		return nil, err
	}
	if account.PK == "" && l.Identity != "" {
		return nil, domain.ErrNoUser
	}
	state := domain.StudyState{
		User: user, Zone: domain.RestoreZone(account.TimeZone), Region: l.Region,
		Lessons: map[domain.LessonID]*domain.Lesson{}, Progress: map[domain.LessonID]*domain.Progress{},
		Whole: func(s *domain.Study, track domain.Track) (bool, error) { return l.whole(ctx, s, track) },
	}
	for _, lesson := range lessons {
		if av, ok := found[lessonKey(lesson)]; ok {
			var item lessonItem
			if err := attributevalue.UnmarshalMap(av, &item); err != nil {
				return nil, err
			}
			state.Lessons[lesson] = item.restore()
		}
		if state.Progress[lesson], err = l.progress(found, user, lesson); err != nil {
			return nil, err
		}
	}
	if state.Summaries, state.Resumes, state.Published, err = l.totals(found, user); err != nil {
		return nil, err
	}
	return domain.RestoreStudy(state), nil
}

// shardKeys are the keys of a lesson's progress in all regions.
func (l Learning) shardKeys(user domain.UserID, lesson domain.LessonID) (keys []key) {
	for _, region := range l.Regions {
		keys = append(keys, progressKey(user, lesson, region))
	}
	return keys
}

type found = map[key]map[string]types.AttributeValue

// progress puts a lesson's shards together from what was read.
func (l Learning) progress(items found, user domain.UserID, lesson domain.LessonID) (*domain.Progress, error) {
	shards := map[string]domain.Shard{}
	for _, region := range l.Regions {
		av, ok := items[progressKey(user, lesson, region)]
		if !ok {
			continue
		}
		var item progressItem
		if err := attributevalue.UnmarshalMap(av, &item); err != nil {
			return nil, err
		}
		shard, err := item.restore()
		if err != nil {
			return nil, err
		}
		shards[region] = shard
	}
	return domain.RestoreProgress(lesson, l.Region, shards), nil
}

// totals reads summaries and lists by region and the merged counts of published lessons from what was read.
func (l Learning) totals(items found, user domain.UserID) (map[string]domain.Summary, map[string]domain.Resume, domain.CatalogueCounts, error) {
	summaries, resumes := map[string]domain.Summary{}, map[string]domain.Resume{}
	var counts []domain.CatalogueCounts
	for _, region := range l.Regions {
		var summary summaryItem
		var resume resumeItem
		if err := attributevalue.UnmarshalMap(items[summaryKey(user, region)], &summary); err != nil {
			return nil, nil, domain.CatalogueCounts{}, err
		}
		if err := attributevalue.UnmarshalMap(items[resumeKey(user, region)], &resume); err != nil {
			return nil, nil, domain.CatalogueCounts{}, err
		}
		summaries[region], resumes[region] = summary.restore(), resume.restore()
		counts = append(counts, restoreCounts(items[catalogueCountKey(region)]))
	}
	return summaries, resumes, domain.MergeCounts(counts), nil
}

func (l Learning) save(ctx context.Context, s *domain.Study, events []domain.Event) error {
	var writes []types.TransactWriteItem
	put := func(item any, version int) error {
		write, err := l.Table.putVersioned(item, version)
		writes = append(writes, write)
		return err
	}
	for _, lesson := range s.Changed() {
		mine := s.Progress[lesson].Mine()
		item := newProgressItem(progressKey(s.User, lesson, l.Region), mine)
		if mine.Counts() {
			item.Event = newCountedItem(domain.ProgressCounted, l.Regions, s.User, lesson)
		}
		if err := put(item, mine.Version); err != nil {
			return err
		}
	}
	if summary, changed := s.Summary(); changed {
		item := newSummaryItem(summaryKey(s.User, l.Region), summary)
		if len(summary.Recent) > 0 {
			item.Event = newCountedItem(domain.ProgressCounted, l.Regions, s.User, summary.Recent[0].LessonID)
		}
		if err := put(item, summary.Version); err != nil {
			return err
		}
	}
	if resume, changed := s.Resume(); changed {
		if err := put(newResumeItem(resumeKey(s.User, l.Region), resume), resume.Version); err != nil {
			return err
		}
	}
	for lesson, move := range s.Moves() {
		av, err := attributevalue.MarshalMap(doneItem{doneKey(s.User, lesson, move.To)})
		if err != nil {
			return err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &l.Table.Name, Item: av}})
		if !move.From.IsZero() {
			writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{TableName: &l.Table.Name, Key: doneKey(s.User, lesson, move.From).av()}})
		}
	}
	outbox, err := l.Table.putEvents(l.Region, events)
	if err != nil || len(writes)+len(outbox) == 0 {
		return err
	}
	// The SDK sends a ClientRequestToken, so its own repetition after a lost answer is not applied twice.
	_, err = l.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: append(writes, outbox...)})
	if err == nil || lostRace(err) {
		return err
	}
	return failed(err)
}
