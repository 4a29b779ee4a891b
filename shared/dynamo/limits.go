package dynamo

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"lyceum/shared/domain"
)

// Limits counts requests in the limits table of this region by the generic cell rate algorithm (ITU-T I.371): of each subject it keeps
// one time, tat, at which the whole limit is available again. A request moves it by Window/Limit; it may not be moved beyond Window from now.
//
// Clocks of function instances that differ move a subject's limit by as much. DynamoDB takes 1,000 writes a second of one item, refused
// ones included; beyond that it does not answer.
type Limits struct {
	Table Table
	Now   func() time.Time
}

var _ domain.Tries = Limits{}

type limitItem struct {
	TAT      int64 `dynamodbav:"tat"` // Unix milliseconds; 0 when there is no item
	Failures int   `dynamodbav:"failures"`
	FailedAt int64 `dynamodbav:"failedAt"` // Unix milliseconds of the last failure
}

const limitTries = 3

// Take implements domain.Limiter: one conditional update for a subject that has its whole limit or
// nothing left of it, else two. A third is needed only when the item expires between the two. A
// call that DynamoDB did and whose answer got lost is counted again. When DynamoDB is asked too
// often about a subject of a policy for tries at a secret, they are refused.
func (l Limits) Take(ctx context.Context, policy domain.Policy, subject string) (domain.Decision, error) {
	return l.TakeMany(ctx, policy, subject, 1)
}

// TakeMany implements domain.Limiter as Take.
func (l Limits) TakeMany(ctx context.Context, policy domain.Policy, subject string, n int) (domain.Decision, error) {
	now := l.Now().UnixMilli()
	step := (policy.Window / time.Duration(policy.Limit)).Milliseconds()
	end := now + step*int64(policy.Limit)
	taken := step * int64(n)
	latest := end - taken // of tat, for n more
	decide := func(i limitItem, allowed bool) domain.Decision {
		d := domain.Decision{Allowed: allowed, Limit: policy.Limit, Reset: millis(i.TAT - now), Failures: i.Failures}
		if allowed {
			d.Remaining = int((end - i.TAT) / step)
		} else {
			d.RetryAfter = millis(i.TAT - latest)
		}
		if left := millis(i.FailedAt-now) + domain.LockAfter(i.Failures); left > 0 && i.Failures > 0 {
			d.Allowed, d.Locked, d.RetryAfter = false, true, max(left, d.RetryAfter)
		}
		return d
	}
	expires := (end+policy.Kept.Milliseconds())/1000 + 1 // tat is never later than end
	for range limitTries {
		for _, c := range []struct {
			set, condition string
			value, bound   int64
		}{
			{":value", "attribute_not_exists(tat) OR tat <= :bound", now + taken, now},
			{"tat + :value", "tat <= :bound", taken, latest},
		} {
			item, done, err := l.move(ctx, limitPK(policy.Name, subject), c.set, c.condition, c.value, c.bound, expires)
			if overload(err) && policy.Kept > 0 { // so many tries at one secret are an attack, and none of them is judged
				return domain.Decision{Limit: policy.Limit, RetryAfter: time.Second, Reset: time.Second}, nil
			}
			if err != nil {
				return domain.Decision{}, err
			}
			if done || item.TAT > latest {
				return decide(item, done), nil
			}
		}
	}
	return domain.Decision{}, ErrBusy
}

// overload reports whether DynamoDB refused a call because an item, or the table, gets too many.
func overload(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains([]string{"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"}, api.ErrorCode())
}

// move sets tat if the condition holds. It returns the item that stands then, and whether its tat is the new one.
func (l Limits) move(ctx context.Context, pk, set, condition string, value, bound, expires int64) (item limitItem, done bool, err error) {
	update := "SET tat = " + set + ", expiresAt = :expires"
	res, err := l.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &l.Table.Name, Key: map[string]types.AttributeValue{"pk": str(pk)},
		UpdateExpression: &update, ConditionExpression: &condition, ExpressionAttributeValues: map[string]types.AttributeValue{
			":value": num(int(value)), ":bound": num(int(bound)), ":expires": num(int(expires)), // Unix seconds, TTL
		},
		ReturnValues: types.ReturnValueAllNew, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, oneRetry)
	var refused *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &refused):
		err = attributevalue.UnmarshalMap(refused.Item, &item)
	case err != nil:
		err = failed(err)
	default:
		done, err = true, attributevalue.UnmarshalMap(res.Attributes, &item)
	}
	return item, done, err
}

// Count implements domain.Counter in one update.
func (l Limits) Count(ctx context.Context, policy domain.Policy, subject string, n int) (int, time.Duration, error) {
	now := l.Now()
	begin := now.Truncate(policy.Window)
	ends := begin.Add(policy.Window)
	update := "SET expiresAt = :expires ADD taken :n"
	res, err := l.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &l.Table.Name, Key: map[string]types.AttributeValue{"pk": str(limitPK(policy.Name, subject+"#"+strconv.FormatInt(begin.Unix(), 10)))},
		UpdateExpression: &update, ReturnValues: types.ReturnValueAllNew,
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": num(n), ":expires": num(int(ends.Unix()) + 1)}, // Unix seconds, TTL
	}, oneRetry)
	if err != nil {
		return 0, 0, failed(err)
	}
	var item struct {
		Taken int `dynamodbav:"taken"`
	}
	err = attributevalue.UnmarshalMap(res.Attributes, &item)
	return item.Taken, ends.Sub(now), err
}

// Failed implements domain.Tries in one update. Failures at once all count.
func (l Limits) Failed(ctx context.Context, policy domain.Policy, subject string) error {
	now := l.Now()
	return l.update(ctx, limitPK(policy.Name, subject), "SET failedAt = :now, expiresAt = :expires ADD failures :one", map[string]types.AttributeValue{
		":now": num(int(now.UnixMilli())), ":one": num(1), ":expires": num(int(now.Add(policy.Window + policy.Kept).Unix())),
	})
}

// Passed implements domain.Tries in one update. What was taken of the limit stays taken.
func (l Limits) Passed(ctx context.Context, policy domain.Policy, subject string) error {
	return l.update(ctx, limitPK(policy.Name, subject), "REMOVE failures, failedAt", nil)
}

func (l Limits) update(ctx context.Context, pk, update string, values map[string]types.AttributeValue) error {
	_, err := l.Table.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &l.Table.Name, Key: map[string]types.AttributeValue{"pk": str(pk)}, UpdateExpression: &update, ExpressionAttributeValues: values,
	}, oneRetry)
	return wrap(err)
}

// oneRetry sends a call again at once, for a connection that broke while the function slept. Callers of a limiter do not wait for more,
// and its failures do not use up the retries of the client's other calls.
func oneRetry(o *dynamodb.Options) {
	o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts, s.RateLimiter = 2, ratelimit.None
		s.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
