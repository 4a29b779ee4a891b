package dynamo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"lyceum/shared/domain"
)

var (
	_ domain.Followers = Learning{}
	_ domain.Passes    = Passes{}
)

// followed is how many learners are brought up to date at a time.
const followed = 8

// Follow implements domain.Followers: a batch read for all learners together, and for each who has
// learned anything a query of their progress, a batch read of its lessons, and what Learn costs if
// something is to be changed.
func (l Learning) Follow(ctx context.Context, users []domain.UserID, now time.Time, random io.Reader) (int, error) {
	some, ctx := errgroup.WithContext(ctx)
	some.SetLimit(followed)
	changed := make([]bool, len(users))
	for part := range slices.Chunk(indexes(len(users)), max(1, 100/(2*len(l.Regions)))) {
		var wanted []key
		for _, i := range part {
			for _, region := range l.Regions {
				wanted = append(wanted, summaryKey(users[i], region), resumeKey(users[i], region))
			}
		}
		found, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
		if err != nil {
			return 0, errors.Join(err, some.Wait())
		}
		for _, i := range part {
			if !slices.ContainsFunc(l.Regions, func(region string) bool {
				return found[l.Table.Name][summaryKey(users[i], region)] != nil || found[l.Table.Name][resumeKey(users[i], region)] != nil
			}) {
				continue // has learned nothing yet
			}
			some.Go(func() (err error) {
				changed[i], err = l.follow(ctx, users[i], now, random)
				return err
			})
		}
	}
	err := some.Wait()
	n := 0
	for _, yes := range changed {
		if yes {
			n++
		}
	}
	return n, err
}

func indexes(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func (l Learning) follow(ctx context.Context, user domain.UserID, now time.Time, random io.Reader) (bool, error) {
	whole, err := l.everything(ctx, user)
	if err != nil {
		return false, err
	}
	behind := whole.Behind()
	if len(behind.Lessons) == 0 && !behind.List && !behind.Track {
		return false, nil
	}
	lessons := behind.Lessons
	for id := range whole.Progress {
		if len(lessons) == 0 {
			lessons = append(lessons, id)
		}
	}
	open := domain.Open(whole.Progress, whole.Lessons)
	changed := false
	return changed, l.Learn(ctx, user, lessons, func(s *domain.Study) ([]domain.Event, error) {
		if err := s.Follow(open, whole.Progress); err != nil {
			return nil, err
		}
		_, summary := s.Summary()
		_, resume := s.Resume()
		changed = changed || summary || resume
		return s.Events(now, random)
	})
}

// everything reads all that is known of a learner's progress, its lessons, and the totals.
func (l Learning) everything(ctx context.Context, user domain.UserID) (*domain.Study, error) {
	shards, err := l.under(ctx, user, progressSK)
	if err != nil {
		return nil, err
	}
	state := domain.StudyState{User: user, Region: l.Region, Progress: map[domain.LessonID]*domain.Progress{}}
	for at := range shards {
		lesson := domain.RestoreID[domain.Lesson](at.SK[len(progressSK):][:36])
		if state.Progress[lesson] == nil {
			if state.Progress[lesson], err = l.progress(shards, user, lesson); err != nil {
				return nil, err
			}
		}
	}
	if state.Lessons, err = l.lessons(ctx, slices.Collect(maps.Keys(state.Progress))); err != nil {
		return nil, err
	}
	var wanted []key
	for _, region := range l.Regions {
		wanted = append(wanted, summaryKey(user, region), resumeKey(user, region), catalogueCountKey(region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return nil, err
	}
	state.Summaries, state.Resumes, state.Published, err = l.totals(tables[l.Table.Name], user)
	return domain.RestoreStudy(state), err
}

// Passes keeps a region's pass through all learners in one item.
type Passes struct {
	Table  Table // the learning table
	Region string
}

type passItem struct {
	key
	Wanted int    `dynamodbav:"wanted"`
	Begun  int    `dynamodbav:"begun"`
	Done   int    `dynamodbav:"done"` // Begun of the last pass that came to its end
	After  string `dynamodbav:"place,omitempty"`
	Until  int64  `dynamodbav:"leased"`
}

func (p Passes) update(expression, condition string, values map[string]types.AttributeValue) *types.Update {
	u := &types.Update{TableName: &p.Table.Name, Key: passKey(p.Region).av(), UpdateExpression: &expression, ExpressionAttributeValues: values}
	if condition != "" {
		u.ConditionExpression = &condition
	}
	return u
}

// run makes one update alone; refused is true if its condition did not hold.
func (p Passes) run(ctx context.Context, u *types.Update) (item passItem, refused bool, err error) {
	res, err := p.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression, ConditionExpression: u.ConditionExpression,
		ExpressionAttributeValues: u.ExpressionAttributeValues, ReturnValues: types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failedCondition *types.ConditionalCheckFailedException
	if errors.As(err, &failedCondition) {
		return item, true, attributevalue.UnmarshalMap(failedCondition.Item, &item)
	}
	if err != nil {
		return item, false, failed(err)
	}
	return item, false, attributevalue.UnmarshalMap(res.Attributes, &item)
}

// Want implements domain.Passes.
func (p Passes) Want(ctx context.Context) error {
	_, _, err := p.run(ctx, p.update("ADD wanted :one", "", map[string]types.AttributeValue{":one": num(1)}))
	return err
}

// Take implements domain.Passes.
func (p Passes) Take(ctx context.Context, now, until time.Time) (pass domain.Pass, due, busy bool, err error) {
	item, refused, err := p.run(ctx, p.update("SET leased = :until",
		"wanted > :none AND (attribute_not_exists(done) OR done < wanted) AND (attribute_not_exists(leased) OR leased < :now)",
		map[string]types.AttributeValue{":until": num(int(until.UnixMilli())), ":now": num(int(now.UnixMilli())), ":none": num(0)}))
	if err != nil || refused {
		return pass, false, refused && item.Done < item.Wanted, err
	}
	pass = domain.Pass{Wanted: item.Wanted, Begun: item.Begun, After: item.After, Until: item.Until}
	if pass.After == "" {
		pass.Begun = pass.Wanted
	}
	return pass, true, false, nil
}

func (p Passes) keep(pass domain.Pass) *types.Update {
	return p.update("SET place = :after, begun = :begun, leased = :until", "", map[string]types.AttributeValue{
		":after": str(pass.After), ":begun": num(pass.Begun), ":until": num(int(pass.Until)),
	})
}

// Keep implements domain.Passes.
func (p Passes) Keep(ctx context.Context, pass domain.Pass) error {
	_, _, err := p.run(ctx, p.keep(pass))
	return err
}

// Leave implements domain.Passes.
func (p Passes) Leave(ctx context.Context, pass domain.Pass, event *domain.Event) (more bool, err error) {
	pass.Until = 0
	if event == nil {
		item, _, err := p.run(ctx, p.update("SET place = :none, done = :begun, leased = :zero", "", map[string]types.AttributeValue{
			":none": str(""), ":begun": num(pass.Begun), ":zero": num(0),
		}))
		return item.Wanted > pass.Begun, err
	}
	outbox, err := p.Table.putEvents(p.Region, []domain.Event{*event})
	if err != nil {
		return false, err
	}
	writes := append([]types.TransactWriteItem{{Update: p.keep(pass)}}, outbox...)
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return false, err
		}
		_, err = p.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if err == nil || !lostRace(err) {
			return true, wrap(err)
		}
	}
	return false, fmt.Errorf("leave the pass: %w", ErrBusy)
}
