package dynamo

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// change is what becomes of one lesson; nil stands for no lesson.
type change struct{ before, after *domain.Lesson }

// Change implements domain.LessonChanges: one batch read and one transaction for each try.
func (l Lessons) Change(ctx context.Context, ids []domain.LessonID, alter func([]*domain.Lesson) error) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		before, err := l.read(ctx, ids)
		if err != nil {
			return err
		}
		after := make([]*domain.Lesson, len(before))
		for i, lesson := range before {
			if lesson != nil {
				after[i] = domain.RestoreLesson(lesson.State()) // a copy to alter
			}
		}
		if err := alter(after); err != nil {
			return err
		}
		err = l.save(ctx, before, after)
		if err == nil || !lostRace(err) {
			return err
		}
	}
	return ErrBusy
}

// read reads lessons in the order of their ids, nil for one that is not there.
func (l Lessons) read(ctx context.Context, ids []domain.LessonID) ([]*domain.Lesson, error) {
	wanted := make([]key, len(ids))
	for i, id := range ids {
		wanted[i] = lessonKey(id)
	}
	found, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return nil, err
	}
	lessons := make([]*domain.Lesson, len(ids))
	for i, k := range wanted {
		if av, ok := found[l.Table.Name][k]; ok {
			var item lessonItem
			if err := attributevalue.UnmarshalMap(av, &item); err != nil {
				return nil, err
			}
			lessons[i] = item.restore()
		}
	}
	return lessons, nil
}

// save writes what differs, if all of that is still as it was before. A repetition by the SDK after a lost answer is not applied twice.
func (l Lessons) save(ctx context.Context, before, after []*domain.Lesson) error {
	var changes []change
	var writes []types.TransactWriteItem
	for i := range before {
		c := change{before[i], after[i]}
		if state(c.before) == state(c.after) {
			continue
		}
		write, err := l.write(c)
		if err != nil {
			return err
		}
		changes, writes = append(changes, c), append(writes, write)
	}
	if len(writes) == 0 {
		return nil
	}
	told, err := l.tell(changes...)
	if err != nil {
		return err
	}
	writes = append(writes, told...)
	_, err = l.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err == nil || lostRace(err) {
		return err
	}
	return failed(err)
}

// tell writes the counts that change with lessons, and the event by which every region brings its
// learners up to date; nothing if none does.
func (l Lessons) tell(changes ...change) ([]types.TransactWriteItem, error) {
	writes, versions := l.Table.countChange(l.Region, changes...), map[domain.LessonID]int{}
	for _, c := range changes {
		before, after := state(c.before), state(c.after)
		if before.Published != after.Published || before.Published && before.Track != after.Track {
			versions[cmp.Or(after.ID, before.ID)] = after.Version
		}
	}
	if len(versions) == 0 {
		return writes, nil
	}
	event, err := domain.NewEvent(domain.CatalogueChanged, time.Now(), rand.Reader, domain.ChangedLessons(versions))
	if err != nil {
		return nil, err
	}
	outbox, err := l.Table.putEvents("", []domain.Event{event}) // every region publishes it
	return append(writes, outbox...), err
}

func (l Lessons) write(c change) (types.TransactWriteItem, error) {
	before := state(c.before)
	if c.after != nil {
		return l.Table.putVersioned(newLessonItem(state(c.after)), before.Version)
	}
	condition := "version = :before"
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &l.Table.Name, Key: lessonKey(before.ID).av(), ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":before": num(before.Version)},
	}}, nil
}

// state is a lesson's, the zero state for none.
func state(l *domain.Lesson) domain.LessonState {
	if l == nil {
		return domain.LessonState{}
	}
	return l.State()
}
