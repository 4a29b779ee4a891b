package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Lessons is the catalogue, in the learning table and its index catalogue.
type Lessons struct {
	Table  Table
	Region string // whose count of published lessons a Create raises
}

var (
	_ domain.Lessons      = Lessons{}
	_ domain.Catalogue    = Lessons{}
	_ domain.LessonWriter = Lessons{}
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
	CreatedAt   string `dynamodbav:"createdAt"`
	UpdatedAt   string `dynamodbav:"updatedAt"`
	Version     int    `dynamodbav:"version"`
	CataloguePK string `dynamodbav:"cataloguePk,omitempty"` // absent while not published
	CatalogueSK string `dynamodbav:"catalogueSk,omitempty"`
}

// Lesson implements domain.Lessons in one read.
func (l Lessons) Lesson(ctx context.Context, id domain.LessonID) (*domain.Lesson, error) {
	var item lessonItem
	found, err := l.Table.get(ctx, lessonKey(id), &item)
	if err != nil {
		return nil, err
	}
	if !found || item.CataloguePK == "" {
		return nil, domain.ErrNoLesson
	}
	return item.restore(), nil
}

// List implements domain.Catalogue in one query of the index, which asks for one lesson more than the page has to know whether it is the last.
func (l Lessons) List(ctx context.Context, track domain.Track, page domain.Page) ([]*domain.Lesson, string, error) {
	index, condition, limit := catalogueIndex, "cataloguePk = :published", int32(page.Limit+1)
	values := map[string]types.AttributeValue{":published": str(publishedPK)}
	if track.String() != "" {
		condition += " AND begins_with(catalogueSk, :track)"
		values[":track"] = str(track.String() + "#")
	}
	query := &dynamodb.QueryInput{
		TableName: &l.Table.Name, IndexName: &index, Limit: &limit,
		KeyConditionExpression: &condition, ExpressionAttributeValues: values,
	}
	if page.After != "" {
		query.ExclusiveStartKey = catalogueStart(page.After)
	}
	res, err := l.Table.Client.Query(ctx, query)
	if err != nil {
		return nil, "", failed(err)
	}
	var items []lessonItem
	if err := attributevalue.UnmarshalListOfMaps(res.Items, &items); err != nil {
		return nil, "", err
	}
	more := len(items) > page.Limit || res.LastEvaluatedKey != nil
	items = items[:min(len(items), page.Limit)]
	next := ""
	if more && len(items) > 0 {
		next = items[len(items)-1].CatalogueSK
	}
	lessons := make([]*domain.Lesson, len(items))
	for i, item := range items {
		lessons[i] = item.restore()
	}
	return lessons, next, nil
}

// Create implements domain.LessonWriter: the lesson and the count of published lessons in one transaction.
func (l Lessons) Create(ctx context.Context, lesson *domain.Lesson) error {
	put, err := l.Table.putVersioned(newLessonItem(lesson.State()), 0)
	if err != nil {
		return err
	}
	counts := l.Table.countChange(l.Region, domain.LessonState{}, lesson.State())
	return l.Table.create(ctx, append([]types.TransactWriteItem{put}, counts...))
}

func newLessonItem(s domain.LessonState) lessonItem {
	item := lessonItem{
		key: lessonKey(s.ID), Title: s.Title, Summary: s.Summary, Track: s.Track.String(), Difficulty: s.Difficulty, Order: s.Order,
		ContentKey: s.ContentKey, ContentType: s.ContentType,
		CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt), Version: s.Version,
	}
	if s.Published {
		item.CataloguePK, item.CatalogueSK = publishedPK, catalogueSK(s)
	}
	return item
}

func (i lessonItem) restore() *domain.Lesson {
	return domain.RestoreLesson(domain.LessonState{
		ID: domain.RestoreID[domain.Lesson](i.PK[len("LESSON#"):]), Title: i.Title, Summary: i.Summary, Track: domain.RestoreTrack(i.Track),
		Difficulty: i.Difficulty, Order: i.Order, ContentKey: i.ContentKey, ContentType: i.ContentType, Published: i.CataloguePK != "",
		CreatedAt: domain.RestoreTime(i.CreatedAt), UpdatedAt: domain.RestoreTime(i.UpdatedAt), Version: i.Version,
	})
}
