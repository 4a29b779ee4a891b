package dynamo

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Rebuild compares a learner's totals and history with their progress, and says how they differ; write puts that right,
// and tells of complete tracks that were not told of. It is safe while the learner goes on: the
// summary is read before the shards and replaced only if it is still the one that was read, and every completion replaces it too.
func (l Learning) Rebuild(ctx context.Context, user domain.UserID, write bool, now time.Time, random io.Reader) (domain.Drift, error) {
	drift, finished, err := l.drift(ctx, user)
	if err != nil || !write || finished.IsZero() {
		return drift, err
	}
	lessons := drift.Lost
	if len(lessons) == 0 {
		lessons = []domain.LessonID{finished} // a track may be complete and not told of
	}
	err = l.Learn(ctx, user, lessons, func(s *domain.Study) ([]domain.Event, error) {
		s.Look()
		for lesson := range s.Progress {
			if err := s.Recount(lesson); err != nil {
				return nil, err
			}
		}
		return s.Events(now, random)
	})
	if err != nil || drift.None() {
		return drift, err
	}
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return drift, err
		}
		err := l.rewrite(ctx, user)
		if err == nil || !lostRace(err) {
			return drift, wrap(err)
		}
	}
	return drift, ErrBusy
}

// known is all that is stored of a learner's learning: summaries are read before the shards.
type known struct {
	summaries map[string]domain.Summary
	progress  map[domain.LessonID]*domain.Progress
	places    map[string]bool // sort keys
}

func (l Learning) known(ctx context.Context, user domain.UserID) (k known, err error) {
	var wanted []key
	for _, region := range l.Regions {
		wanted = append(wanted, summaryKey(user, region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return k, err
	}
	if k.summaries, _, _, err = l.totals(tables[l.Table.Name], user); err != nil {
		return k, err
	}
	shards, err := l.under(ctx, user, progressSK)
	if err != nil {
		return k, err
	}
	k.progress = map[domain.LessonID]*domain.Progress{}
	for at := range shards {
		lesson := domain.RestoreID[domain.Lesson](at.SK[len(progressSK):][:36])
		if k.progress[lesson] == nil {
			if k.progress[lesson], err = l.progress(shards, user, lesson); err != nil {
				return k, err
			}
		}
	}
	places, err := l.under(ctx, user, doneSK)
	k.places = map[string]bool{}
	for at := range places {
		k.places[at.SK] = true
	}
	return k, err
}

// under reads all items of a user whose sort key begins so.
func (l Learning) under(ctx context.Context, user domain.UserID, sk string) (found, error) {
	consistent, condition := true, "pk = :pk AND begins_with(sk, :sk)"
	pages := dynamodb.NewQueryPaginator(l.Table.Client, &dynamodb.QueryInput{
		TableName: &l.Table.Name, ConsistentRead: &consistent, KeyConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(userPK(user)), ":sk": str(sk)},
	})
	all := found{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed(err)
		}
		for _, item := range page.Items {
			var k key
			if err := attributevalue.UnmarshalMap(item, &k); err != nil {
				return nil, err
			}
			all[k] = item
		}
	}
	return all, nil
}

// mine are this region's shards.
func (k known) mine() (all []domain.LessonShard) {
	for lesson, p := range k.progress {
		all = append(all, domain.LessonShard{LessonID: lesson, Shard: p.Mine()})
	}
	return all
}

// drift also names a lesson that the learner has finished, the zero id when there is none.
func (l Learning) drift(ctx context.Context, user domain.UserID) (d domain.Drift, finished domain.LessonID, err error) {
	k, err := l.known(ctx, user)
	if err != nil {
		return d, finished, err
	}
	lessons, err := l.lessons(ctx, slices.Collect(maps.Keys(k.progress)))
	if err != nil {
		return d, finished, err
	}
	d.Counted = domain.MergeSummaries(slices.Collect(maps.Values(k.summaries))).Total
	d.Summary = !k.summaries[l.Region].Same(domain.Rebuild(k.summaries[l.Region], k.mine()))
	for lesson, p := range k.progress {
		standing := p.Standing()
		if standing.Completed() {
			finished = lesson
			d.Lessons++
			if now := lessons[lesson]; now != nil && now.State().Published {
				d.True = domain.Tally{Completed: d.True.Completed + 1, ScoreSum: d.True.ScoreSum + int(standing.BestScore)}
			}
			if !k.places[doneKey(user, lesson, standing.FirstCompletedAt).SK] {
				d.Unlisted = append(d.Unlisted, lesson)
			}
		}
		now := domain.LessonState{Track: standing.Track}
		if there := lessons[lesson]; there != nil {
			now = there.State()
		}
		if len(p.Recount(standing.Title, now.Track, now.Published)) > 0 {
			d.Lost = append(d.Lost, lesson)
		}
	}
	for _, ids := range [][]domain.LessonID{d.Lost, d.Unlisted} {
		slices.SortFunc(ids, func(a, b domain.LessonID) int { return strings.Compare(a.String(), b.String()) })
	}
	return d, finished, nil
}

// lessons reads those that there are.
func (l Learning) lessons(ctx context.Context, ids []domain.LessonID) (map[domain.LessonID]*domain.Lesson, error) {
	all := map[domain.LessonID]*domain.Lesson{}
	for part := range slices.Chunk(ids, 100) {
		found, err := (Lessons{Table: l.Table}).read(ctx, part)
		if err != nil {
			return nil, err
		}
		for i, lesson := range found {
			if lesson != nil {
				all[part[i]] = lesson
			}
		}
	}
	return all, nil
}

// rewrite puts the summary and the missing places of the history right, unless the learner was faster.
func (l Learning) rewrite(ctx context.Context, user domain.UserID) error {
	k, err := l.known(ctx, user)
	if err != nil {
		return err
	}
	for lesson, p := range k.progress {
		first := p.Standing().FirstCompletedAt
		if place := doneKey(user, lesson, first); !first.IsZero() && !k.places[place.SK] {
			if err := l.Table.put(ctx, doneItem{place}); err != nil {
				return err
			}
		}
	}
	stored := k.summaries[l.Region]
	rebuilt := domain.Rebuild(stored, k.mine())
	if stored.Same(rebuilt) {
		return nil
	}
	put, err := l.Table.putVersioned(newSummaryItem(summaryKey(user, l.Region), rebuilt), stored.Version)
	if err != nil {
		return err
	}
	_, err = l.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{put}})
	return err
}
