package dynamo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Idempotency keeps requests with a key in the ephemeral table, in their user's partition. The first run makes the item, a later one
// takes it over; began and seed stay.
type Idempotency struct {
	Table  Table
	Now    func() time.Time
	Random io.Reader
}

var _ domain.Idempotency = Idempotency{}

type idempotencyItem struct {
	key
	Fingerprint []byte      `dynamodbav:"fingerprint"`
	Holder      []byte      `dynamodbav:"holder"`
	LeaseUntil  int64       `dynamodbav:"leaseUntil"` // Unix milliseconds; 0 when the run was given up
	BeganAt     string      `dynamodbav:"beganAt"`
	Seed        []byte      `dynamodbav:"seed"`
	Answer      *keptAnswer `dynamodbav:"answer,omitempty"`
	ExpiresAt   int64       `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

type keptAnswer struct {
	Status int               `dynamodbav:"status"`
	Header map[string]string `dynamodbav:"header"`
	Body   []byte            `dynamodbav:"body"`
}

// Begin implements domain.Idempotency in one write, also for an answer and for a refusal; in two when it takes over from a dead run.
func (i Idempotency) Begin(ctx context.Context, request domain.Repeatable, lease time.Duration) (domain.Run, *domain.KeptAnswer, error) {
	random := make([]byte, 16+32)
	if _, err := io.ReadFull(i.Random, random); err != nil {
		return domain.Run{}, nil, err
	}
	now := domain.Millis(i.Now())
	mine := idempotencyItem{
		key: idempotencyKey(request), Fingerprint: request.Fingerprint, Holder: random[:16], Seed: random[16:], LeaseUntil: now.Add(lease).UnixMilli(),
		BeganAt: domain.FormatTime(now), ExpiresAt: now.Add(cmp.Or(request.Kept, domain.AnswersKept)).Unix(),
	}
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return domain.Run{}, nil, err
		}
		standing, err := i.put(ctx, mine, now)
		if err != nil {
			return domain.Run{}, nil, err
		}
		switch left := time.UnixMilli(standing.LeaseUntil).Sub(now); {
		case bytes.Equal(standing.Holder, mine.Holder):
			return standing.run(), nil, nil
		case !bytes.Equal(standing.Fingerprint, mine.Fingerprint):
			return domain.Run{}, nil, domain.ErrKeyReused
		case standing.Answer != nil:
			return domain.Run{}, (*domain.KeptAnswer)(standing.Answer), nil
		case left > 0:
			busy := *domain.ErrKeyInProgress
			busy.RetryAfter = left
			return domain.Run{}, nil, &busy
		}
		if taken, err := i.takeOver(ctx, request, standing, mine); err != nil {
			return domain.Run{}, nil, err
		} else if taken {
			standing.Holder = mine.Holder
			return standing.run(), nil, nil
		} // somebody was faster, or the answer to our own first try got lost
	}
	return domain.Run{}, nil, ErrBusy
}

// put makes the item unless there is one that has not expired. It returns what stands then: this one, or the one in the way, which can be
// this one too when it had been written and the answer was lost.
func (i Idempotency) put(ctx context.Context, mine idempotencyItem, now time.Time) (idempotencyItem, error) {
	item, err := attributevalue.MarshalMap(mine)
	if err != nil {
		return idempotencyItem{}, err
	}
	condition := "attribute_not_exists(pk) OR expiresAt <= :now"
	_, err = i.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &i.Table.Name, Item: item, ConditionExpression: &condition,
		ExpressionAttributeValues:           map[string]types.AttributeValue{":now": num(int(now.Unix()))},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var taken *types.ConditionalCheckFailedException
	if errors.As(err, &taken) {
		var standing idempotencyItem
		return standing, attributevalue.UnmarshalMap(taken.Item, &standing)
	}
	return mine, wrap(err)
}

// takeOver gives the item of a dead run to this one, and tells whether it did.
func (i Idempotency) takeOver(ctx context.Context, request domain.Repeatable, dead, mine idempotencyItem) (bool, error) {
	const update, condition = "SET holder = :me, leaseUntil = :until, expiresAt = :expires", "holder = :dead AND attribute_not_exists(answer)"
	return i.update(ctx, request, update, condition, map[string]types.AttributeValue{
		":me": blob(mine.Holder), ":until": num(int(mine.LeaseUntil)), ":expires": num(int(mine.ExpiresAt)), ":dead": blob(dead.Holder),
	})
}

// Finish implements domain.Idempotency in one write.
func (i Idempotency) Finish(ctx context.Context, request domain.Repeatable, run domain.Run, answer domain.KeptAnswer) error {
	av, err := attributevalue.Marshal(keptAnswer(answer))
	if err != nil {
		return err
	}
	values := map[string]types.AttributeValue{":answer": av, ":me": blob(run.Holder)}
	_, err = i.update(ctx, request, "SET answer = :answer", "holder = :me", values)
	return err
}

// Release implements domain.Idempotency in one write. The item stays, with the first run's time and seed: a run that failed may have
// taken effect.
func (i Idempotency) Release(ctx context.Context, request domain.Repeatable, run domain.Run) error {
	values := map[string]types.AttributeValue{":over": num(0), ":me": blob(run.Holder)}
	_, err := i.update(ctx, request, "SET leaseUntil = :over", "holder = :me", values)
	return err
}

// update changes the item if the condition holds, and tells whether it did.
func (i Idempotency) update(
	ctx context.Context, request domain.Repeatable, update, condition string, values map[string]types.AttributeValue,
) (bool, error) {
	_, err := i.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &i.Table.Name, Key: idempotencyKey(request).av(),
		UpdateExpression: &update, ConditionExpression: &condition, ExpressionAttributeValues: values,
	})
	var other *types.ConditionalCheckFailedException
	if errors.As(err, &other) {
		return false, nil
	}
	return err == nil, wrap(err)
}

func (i idempotencyItem) run() domain.Run {
	run := domain.Run{Holder: i.Holder, Began: domain.RestoreTime(i.BeganAt)}
	copy(run.Seed[:], i.Seed)
	return run
}

func blob(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
