package dynamo

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Progress implements domain.ProgressReader in one batch read.
func (l Learning) Progress(ctx context.Context, user domain.UserID, lesson domain.LessonID) (domain.Standing, error) {
	var none domain.Standing
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: append(l.shardKeys(user, lesson), lessonKey(lesson))})
	if err != nil {
		return none, err
	}
	progress, err := l.progress(tables[l.Table.Name], user, lesson)
	if err != nil {
		return none, err
	}
	var item lessonItem
	if err := attributevalue.UnmarshalMap(tables[l.Table.Name][lessonKey(lesson)], &item); err != nil {
		return none, err
	}
	standing := progress.Standing()
	switch {
	case !standing.Begun() && item.CataloguePK != publishedPK:
		return none, domain.ErrNoLesson
	case item.PK != "": // the lesson's own title is newer than the one that was remembered
		standing.Title, standing.Track = item.Title, domain.RestoreTrack(item.Track)
	}
	return standing, nil
}

// List implements domain.History: one query for the places, one batch read of the shards for each 100 of them. A place that the merged
// progress does not name is another region's view of it, and is passed over.
func (l Learning) List(ctx context.Context, user domain.UserID, page domain.Page) ([]domain.HistoryEntry, string, error) {
	var entries []domain.HistoryEntry
	for after := page.After; ; {
		places, more, err := l.places(ctx, user, after, page.Limit+1)
		if err != nil {
			return nil, "", err
		}
		var lessons []domain.LessonID
		for _, sk := range places {
			_, lesson := doneEntry(sk)
			lessons = append(lessons, lesson)
		}
		known, err := l.shards(ctx, user, lessons)
		if err != nil {
			return nil, "", err
		}
		for _, sk := range places {
			first, lesson := doneEntry(sk)
			standing := known[lesson].Standing()
			if !standing.Completed() || !standing.FirstCompletedAt.Equal(first) {
				continue
			}
			if len(entries) == page.Limit { // there is one more than the page has
				return entries, doneKey(user, entries[page.Limit-1].LessonID, entries[page.Limit-1].FirstCompletedAt).SK, nil
			}
			entries = append(entries, domain.HistoryEntry{LessonID: lesson, Standing: standing})
		}
		if !more {
			return entries, "", nil
		}
		after = places[len(places)-1]
	}
}

// places are the sort keys of up to n places in the history after one ("" = from the start), the latest first.
func (l Learning) places(ctx context.Context, user domain.UserID, after string, n int) (sks []string, more bool, err error) {
	consistent, forward, limit, condition := true, false, int32(n), "pk = :pk AND begins_with(sk, :done)"
	query := &dynamodb.QueryInput{
		TableName: &l.Table.Name, ConsistentRead: &consistent, ScanIndexForward: &forward, Limit: &limit, KeyConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(userPK(user)), ":done": str(doneSK)},
	}
	if after != "" {
		query.ExclusiveStartKey = key{userPK(user), after}.av()
	}
	res, err := l.Table.Client.Query(ctx, query)
	if err != nil {
		return nil, false, failed(err)
	}
	for _, item := range res.Items {
		var k key
		if err := attributevalue.UnmarshalMap(item, &k); err != nil {
			return nil, false, err
		}
		sks = append(sks, k.SK)
	}
	return sks, res.LastEvaluatedKey != nil && len(sks) > 0, nil
}

// shards reads the progress of lessons, up to 100 keys in a call.
func (l Learning) shards(ctx context.Context, user domain.UserID, lessons []domain.LessonID) (map[domain.LessonID]*domain.Progress, error) {
	known := map[domain.LessonID]*domain.Progress{}
	for part := range slices.Chunk(lessons, max(1, 100/len(l.Regions))) {
		wanted := map[key]bool{} // two places of one lesson
		for _, lesson := range part {
			for _, k := range l.shardKeys(user, lesson) {
				wanted[k] = true
			}
		}
		tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: slices.Collect(maps.Keys(wanted))})
		if err != nil {
			return nil, err
		}
		for _, lesson := range part {
			if known[lesson], err = l.progress(tables[l.Table.Name], user, lesson); err != nil {
				return nil, err
			}
		}
	}
	return known, nil
}

// whole asks the catalogue's index for the track's lessons. It lags a moment: a lesson that was just published may be missed.
func (l Learning) whole(ctx context.Context, s *domain.Study, track domain.Track) (bool, error) {
	index, condition, projection := catalogueIndex, "cataloguePk = :published AND begins_with(catalogueSk, :track)", "pk"
	pages := dynamodb.NewQueryPaginator(l.Table.Client, &dynamodb.QueryInput{
		TableName: &l.Table.Name, IndexName: &index, KeyConditionExpression: &condition, ProjectionExpression: &projection,
		ExpressionAttributeValues: map[string]types.AttributeValue{":published": str(publishedPK), ":track": str(track.String() + "#")},
	})
	var others []domain.LessonID
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, failed(err)
		}
		for _, av := range page.Items {
			var item lessonItem
			if err := attributevalue.UnmarshalMap(av, &item); err != nil {
				return false, err
			}
			lesson := domain.RestoreID[domain.Lesson](item.PK[len("LESSON#"):])
			if here, ok := s.Progress[lesson]; !ok {
				others = append(others, lesson)
			} else if !here.Standing().Completed() {
				return false, nil
			}
		}
	}
	known, err := l.shards(ctx, s.User, others)
	if err != nil {
		return false, err
	}
	for _, progress := range known {
		if !progress.Standing().Completed() {
			return false, nil
		}
	}
	return true, nil
}

// Stats implements domain.Stats in one batch read.
func (l Learning) Stats(ctx context.Context, user domain.UserID) (domain.Summary, domain.CatalogueCounts, error) {
	var wanted []key
	for _, region := range l.Regions {
		wanted = append(wanted, summaryKey(user, region), catalogueCountKey(region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return domain.Summary{}, domain.CatalogueCounts{}, err
	}
	summaries, _, published, err := l.totals(tables[l.Table.Name], user)
	return domain.MergeSummaries(slices.Collect(maps.Values(summaries))), published, err
}

// Dashboard implements domain.Dashboards in one batch read over both tables, and one of the lessons
// that were begun.
func (l Learning) Dashboard(ctx context.Context, id domain.UserID) (domain.Overview, error) {
	var wanted []key
	for _, region := range l.Regions {
		wanted = append(wanted, summaryKey(id, region), resumeKey(id, region), catalogueCountKey(region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Identity: {userKey(id)}, l.Table.Name: wanted})
	if err != nil {
		return domain.Overview{}, err
	}
	account, ok := tables[l.Identity][userKey(id)]
	if !ok {
		return domain.Overview{}, domain.ErrNoUser
	}
	var user userItem
	if err := attributevalue.UnmarshalMap(account, &user); err != nil {
		return domain.Overview{}, err
	}
	summaries, resumes, published, err := l.totals(tables[l.Table.Name], id)
	if err != nil {
		return domain.Overview{}, err
	}
	summary := domain.MergeSummaries(slices.Collect(maps.Values(summaries)))
	listed := domain.MergeResumes(slices.Collect(maps.Values(resumes)), summary.Recent)
	listed = listed[:min(len(listed), 2*domain.ResumeShown)] // some may be withdrawn
	ids := make([]domain.LessonID, len(listed))
	for i, b := range listed {
		ids[i] = b.LessonID
	}
	lessons, err := l.lessons(ctx, ids)
	if err != nil {
		return domain.Overview{}, err
	}
	return domain.Overview{User: user.restore(), Summary: summary, Begun: domain.ShowResume(listed, lessons), Published: published}, nil
}
