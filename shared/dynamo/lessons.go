package dynamo

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Lessons is the catalogue, in the learning table and its index catalogue.
type Lessons struct {
	Table  Table
	Region string // whose counts of published lessons the changes go to
}

var (
	_ domain.Lessons       = Lessons{}
	_ domain.AllLessons    = Lessons{}
	_ domain.Catalogue     = Lessons{}
	_ domain.LessonWriter  = Lessons{}
	_ domain.LessonChanges = Lessons{}
	_ domain.Arrivals      = Lessons{}
)

type lessonItem struct {
	key
	Title       string `dynamodbav:"title"`
	Summary     string `dynamodbav:"summary"`
	Track       string `dynamodbav:"track"`
	Difficulty  int    `dynamodbav:"difficulty"`
	Order       int    `dynamodbav:"order"`
	ContentKey  string `dynamodbav:"contentKey"`
	ContentType string `dynamodbav:"contentType"`
	ContentHash string `dynamodbav:"contentHash"`
	Front       int    `dynamodbav:"front,omitempty"`
	Path        string `dynamodbav:"path,omitempty"`
	Space       string `dynamodbav:"space,omitempty"`
	CreatedAt   string `dynamodbav:"createdAt"`
	UpdatedAt   string `dynamodbav:"updatedAt"`
	Version     int    `dynamodbav:"version"`
	CataloguePK string `dynamodbav:"cataloguePk"` // publishedPK or draftPK
	CatalogueSK string `dynamodbav:"catalogueSk"`
}

// Lesson implements domain.Lessons in one read.
func (l Lessons) Lesson(ctx context.Context, id domain.LessonID) (*domain.Lesson, error) {
	lesson, err := l.AnyLesson(ctx, id)
	if err == nil && !lesson.State().Published {
		return nil, domain.ErrNoLesson
	}
	return lesson, err
}

// AnyLesson implements domain.AllLessons in one read.
func (l Lessons) AnyLesson(ctx context.Context, id domain.LessonID) (*domain.Lesson, error) {
	var item lessonItem
	found, err := l.Table.get(ctx, lessonKey(id), &item)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, domain.ErrNoLesson
	}
	return item.restore(), nil
}

// List implements domain.Catalogue in one query of the index.
func (l Lessons) List(ctx context.Context, shelf domain.Shelf, page domain.Page) ([]*domain.Lesson, string, error) {
	index, condition := catalogueIndex, "cataloguePk = :shelf"
	values := map[string]types.AttributeValue{":shelf": str(cataloguePK(!shelf.Drafts))}
	if prefix := catalogueSKPrefix(shelf); prefix != "" {
		condition += " AND begins_with(catalogueSk, :prefix)"
		values[":prefix"] = str(prefix)
	}
	query := &dynamodb.QueryInput{IndexName: &index, KeyConditionExpression: &condition, ExpressionAttributeValues: values}
	if page.After != "" {
		query.ExclusiveStartKey = catalogueStart(!shelf.Drafts, page.After)
	}
	items, next, err := pageOf(ctx, l.Table, query, page.Limit, func(i lessonItem) string { return i.CatalogueSK })
	if err != nil {
		return nil, "", err
	}
	lessons := make([]*domain.Lesson, len(items))
	for i, item := range items {
		lessons[i] = item.restore()
	}
	return lessons, next, nil
}

// Create implements domain.LessonWriter: the lesson and the counts of published lessons in one transaction.
func (l Lessons) Create(ctx context.Context, lesson *domain.Lesson) error {
	put, err := l.Table.putVersioned(newLessonItem(lesson.State()), 0)
	if err != nil {
		return err
	}
	told, err := l.tell(change{after: lesson})
	if err != nil {
		return err
	}
	return l.Table.create(ctx, append([]types.TransactWriteItem{put}, told...))
}

func newLessonItem(s domain.LessonState) lessonItem {
	return lessonItem{
		key: lessonKey(s.ID), Title: s.Title, Summary: s.Summary, Track: s.Track.String(), Difficulty: s.Difficulty, Order: s.Order,
		ContentKey: s.ContentKey, ContentType: s.ContentType, ContentHash: s.ContentHash, Front: s.Front, Path: s.Path, Space: s.Space,
		CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt), Version: s.Version,
		CataloguePK: cataloguePK(s.Published), CatalogueSK: catalogueSK(s),
	}
}

func (i lessonItem) restore() *domain.Lesson {
	return domain.RestoreLesson(domain.LessonState{
		ID: domain.RestoreID[domain.Lesson](i.PK[len("LESSON#"):]), Title: i.Title, Summary: i.Summary, Track: domain.RestoreTrack(i.Track),
		Difficulty: i.Difficulty, Order: i.Order, Published: i.CataloguePK == publishedPK, Path: i.Path, Space: i.Space,
		Content:   domain.Content{ContentKey: i.ContentKey, ContentType: i.ContentType, ContentHash: i.ContentHash, Front: i.Front},
		CreatedAt: domain.RestoreTime(i.CreatedAt), UpdatedAt: domain.RestoreTime(i.UpdatedAt), Version: i.Version,
	})
}

// Arrived implements domain.Arrivals in one batch read.
func (l Lessons) Arrived(ctx context.Context, versions map[domain.LessonID]int, at time.Time) (missing, old int, err error) {
	ids := slices.Collect(maps.Keys(versions))
	if len(ids) == 0 {
		return 0, 0, nil
	}
	lessons, err := l.read(ctx, ids)
	for i, lesson := range lessons {
		s := state(lesson)
		switch version := versions[ids[i]]; {
		case version > 0 && lesson == nil:
			missing++
		case version == 0 && lesson != nil && !s.CreatedAt.After(at), s.Version < version:
			old++
		}
	}
	return missing, old, err
}
