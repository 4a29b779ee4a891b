package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Likes is who likes which lesson: one item for each user, lesson and region, and one count for each lesson and region. All likes of a
// lesson in a region change one item, which takes some hundred transactions a second.
type Likes struct {
	Table   Table
	Region  string   // whose items are written
	Regions []string // whose items are read: every region that ever wrote
}

var (
	_ domain.LikeChanges = Likes{}
	_ domain.LessonViews = Likes{}
)

type likeItem struct {
	key
	Liked   bool       `dynamodbav:"liked"`
	At      string     `dynamodbav:"at"`
	Ever    bool       `dynamodbav:"ever"`
	Counted int        `dynamodbav:"counted"`
	Version int        `dynamodbav:"version"`
	Event   *eventItem `dynamodbav:"event,omitempty"`
}

// likesRead is what one batch read finds of a lesson, and of a user's like of it.
type likesRead struct {
	lesson *domain.Lesson // nil when there is none
	like   *domain.Like
	count  int
}

// Like implements domain.LikeChanges: one batch read and one transaction for each try.
func (l Likes) Like(ctx context.Context, user domain.UserID, lesson domain.LessonID,
	change func(*domain.Lesson, *domain.Like) (int, []domain.Event, error)) (domain.Likes, error) {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return domain.Likes{}, err
		}
		read, err := l.load(ctx, user, lesson)
		if err != nil {
			return domain.Likes{}, err
		}
		count, events, err := change(read.lesson, read.like)
		if err != nil {
			return domain.Likes{}, err
		}
		err = l.save(ctx, user, lesson, read.like.Mine(), count, events)
		if err == nil {
			return likes(read.count+count, read.like), nil
		}
		if !lostRace(err) {
			return domain.Likes{}, failed(err)
		}
	}
	return domain.Likes{}, ErrBusy
}

// View implements domain.LessonViews in one batch read.
func (l Likes) View(ctx context.Context, user domain.UserID, id domain.LessonID) (*domain.Lesson, domain.Likes, error) {
	read, err := l.load(ctx, user, id)
	if err == nil && read.lesson == nil {
		err = domain.ErrNoLesson
	}
	if err != nil {
		return nil, domain.Likes{}, err
	}
	return read.lesson, likes(read.count, read.like), nil
}

// likes never shows fewer than none, nor none to somebody who likes it: a count may arrive from another region before the one it corrects.
func likes(count int, like *domain.Like) domain.Likes {
	shown := domain.Likes{Count: max(count, 0), Mine: like.Liked()}
	if shown.Mine {
		shown.Count = max(count, 1)
	}
	return shown
}

func (l Likes) load(ctx context.Context, user domain.UserID, lesson domain.LessonID) (likesRead, error) {
	wanted := []key{lessonKey(lesson)}
	for _, region := range l.Regions {
		wanted = append(wanted, likeKey(user, lesson, region), likesKey(lesson, region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return likesRead{}, err
	}
	found, read, shards := tables[l.Table.Name], likesRead{}, map[string]domain.LikeShard{}
	var item lessonItem
	if err := attributevalue.UnmarshalMap(found[lessonKey(lesson)], &item); err != nil {
		return likesRead{}, err
	}
	if item.PK != "" {
		read.lesson = item.restore()
	}
	for _, region := range l.Regions {
		var shard likeItem
		var count struct {
			Likes int `dynamodbav:"likes"`
		}
		if err := attributevalue.UnmarshalMap(found[likesKey(lesson, region)], &count); err != nil {
			return likesRead{}, err
		}
		if err := attributevalue.UnmarshalMap(found[likeKey(user, lesson, region)], &shard); err != nil {
			return likesRead{}, err
		}
		if shard.PK != "" {
			shards[region] = shard.restore()
		}
		read.count += count.Likes
	}
	read.like = domain.RestoreLike(l.Region, shards)
	return read, nil
}

func (l Likes) save(ctx context.Context, user domain.UserID, lesson domain.LessonID, mine domain.LikeShard, count int, events []domain.Event) error {
	shard, err := l.Table.putVersioned(likeItem{
		likeKey(user, lesson, l.Region), mine.Liked, domain.FormatTime(mine.At), mine.Ever, mine.Counted, mine.Version + 1,
		newCountedItem(domain.LikeCounted, l.Regions, user, lesson),
	}, mine.Version)
	if err != nil {
		return err
	}
	writes, err := l.Table.putEvents(l.Region, events)
	if err != nil {
		return err
	}
	writes = append(writes, shard)
	if count != 0 {
		writes = append(writes, l.addLikes(lesson, count))
	}
	// The SDK sends a ClientRequestToken, so its own repetition after a lost answer is not applied twice.
	_, err = l.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}

// addLikes is a transaction's change of a lesson's count.
func (l Likes) addLikes(lesson domain.LessonID, n int) types.TransactWriteItem {
	add := "ADD likes :n"
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &l.Table.Name, Key: likesKey(lesson, l.Region).av(), UpdateExpression: &add,
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": num(n)},
	}}
}

func (i likeItem) restore() domain.LikeShard {
	return domain.LikeShard{Liked: i.Liked, At: domain.RestoreTime(i.At), Ever: i.Ever, Counted: i.Counted, Version: i.Version}
}
