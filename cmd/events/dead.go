package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// hidden is how long, in seconds, others do not see what is being looked at. What a command that was killed leaves comes back after it.
const hidden = 60

// each calls do with every message that is in the queue now: what fails again comes back into it. What do does not take is visible again
// afterwards.
func (c *clients) each(ctx context.Context, do func(queue *string, l letter) (taken bool, err error)) (err error) {
	queue, err := c.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &c.queue})
	if err != nil {
		return fmt.Errorf("the queue %s: %w", c.queue, err)
	}
	begin := time.Now()
	var left []letter
	defer func() {
		for _, l := range left {
			_, failed := c.queues.ChangeMessageVisibility(context.WithoutCancel(ctx), &sqs.ChangeMessageVisibilityInput{QueueUrl: queue.QueueUrl, ReceiptHandle: &l.handle})
			err = errors.Join(err, failed)
		}
	}()
	for {
		// Waiting a second makes SQS ask all its servers, so that no answer means no message.
		out, err := c.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: hidden, WaitTimeSeconds: 1,
			MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"SentTimestamp"},
		})
		if err != nil {
			return err
		}
		more := false
		var first error
		for _, m := range out.Messages {
			l, taken := read(m), false
			if first == nil && !l.sent.After(begin) {
				more = true
				taken, first = do(queue.QueueUrl, l)
			}
			if !taken {
				left = append(left, l)
			}
		}
		if first != nil || !more {
			return first
		}
	}
}

// list prints the dead letters.
func list(ctx context.Context, c *clients, out io.Writer) error {
	n := 0
	err := c.each(ctx, func(_ *string, l letter) (bool, error) {
		n++
		_, err := fmt.Fprintln(out, l)
		return false, err
	})
	if err == nil && n == 0 {
		_, err = fmt.Fprintln(out, "no dead letters")
	}
	return err
}

// replayDead hands dead events, one or all of them, to the functions that failed, and removes each from the queue once Lambda has it. An
// empty queue has nothing left to replay: repeating it is no mistake.
func replayDead(ctx context.Context, c *clients, id string, out io.Writer) error {
	n, seen := 0, 0
	err := c.each(ctx, func(queue *string, l letter) (bool, error) {
		seen++
		if id != "" && l.id != id {
			return false, nil
		}
		if l.function == "" {
			_, err := fmt.Fprintln(out, "left:", l)
			return false, err
		}
		_, err := c.functions.Invoke(ctx, &lambda.InvokeInput{FunctionName: &l.function, InvocationType: lambdatypes.InvocationTypeEvent, Payload: l.event})
		if err != nil {
			return false, fmt.Errorf("%s stays in the queue: %w", l.id, err)
		}
		n++
		if _, err := c.queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: &l.handle}); err != nil {
			return false, err
		}
		_, err = fmt.Fprintf(out, "sent %s %s to %s\n", l.kind, l.id, l.name())
		return true, err
	})
	switch {
	case err == nil && seen == 0 && id == "":
		_, err = fmt.Fprintln(out, "no dead letters")
	case err == nil && n == 0:
		return errors.New("nothing was sent: list shows what the queue has")
	}
	return err
}
