package bus

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

// message is one of a queue.
type message struct {
	ID, Body string
	Sent     time.Time
	Visible  time.Time // hidden until then: somebody received it and may yet delete it
	Receives int
	Handle   string // of the last receiver
}

func newMessage(body []byte) *message {
	now := time.Now().UTC()
	return &message{ID: uuid.NewString(), Body: string(body), Sent: now, Visible: now}
}

func (m *message) sum() string {
	sum := md5.Sum([]byte(m.Body)) // what the SDK checks
	return hex.EncodeToString(sum[:])
}

// request is what the actions take of SQS's parameters.
type request struct {
	QueueName, QueueUrl, MessageBody, ReceiptHandle string
	MaxNumberOfMessages, VisibilityTimeout          *int
}

// sqs serves the subset of SQS that operators of a dead-letter queue need. Nothing waits: an empty queue is answered at once.
//
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
func (b *Bus) sqs(c *call) (any, error) {
	var in request
	if err := c.read(&in); err != nil {
		return nil, err
	}
	name := in.QueueName
	if name == "" {
		name = in.QueueUrl[strings.LastIndex(in.QueueUrl, "/")+1:]
	}
	actions := map[string]func(string, request) (any, error){
		"GetQueueUrl": func(name string, _ request) (any, error) {
			return map[string]string{"QueueUrl": "https://sqs." + b.opts.Region + ".amazonaws.com/" + b.opts.AccountID + "/" + name}, nil
		},
		"GetQueueAttributes": b.count, "SendMessage": b.send, "ReceiveMessage": b.receive, "DeleteMessage": b.remove, "ChangeMessageVisibility": b.hide,
	}
	do := actions[c.action]
	if do == nil {
		return nil, refuse("UnknownOperationException", "the local queue does not know the action "+c.action)
	}
	if err := b.allow(c, "sqs:"+c.action, "arn:aws:sqs:"+b.opts.Region+":"+b.opts.AccountID+":"+name); err != nil {
		return nil, err
	}
	if _, ok := b.queues[name]; !ok {
		return nil, refuse("QueueDoesNotExist", "The specified queue does not exist.")
	}
	return do(name, in)
}

// change goes through a queue's messages, the oldest first, and stores what do makes of them: do returns nil to remove one, and false to end.
// Messages past the queue's retention are removed.
func (b *Bus) change(queue string, do func(*message) (*message, bool)) error {
	return b.db.Update(func(tx *bolt.Tx) error {
		table, expired := tx.Bucket(queueTable(queue)), time.Now().Add(-b.queues[queue].Retention)
		cursor := table.Cursor()
		for key, value := cursor.First(); key != nil; {
			m := &message{}
			if err := json.Unmarshal(value, m); err != nil {
				return err
			}
			after, more := (*message)(nil), true
			if m.Sent.After(expired) {
				after, more = do(m)
			}
			at := append([]byte(nil), key...)
			if after == nil {
				if err := table.Delete(at); err != nil {
					return err
				}
			} else {
				data, err := json.Marshal(after)
				if err == nil {
					err = table.Put(at, data)
				}
				if err != nil {
					return err
				}
			}
			if !more {
				return nil
			}
			if key, value = cursor.Seek(at); key != nil && string(key) == string(at) {
				key, value = cursor.Next()
			}
		}
		return nil
	})
}

func (b *Bus) send(queue string, in request) (any, error) {
	m := newMessage([]byte(in.MessageBody))
	if in.MessageBody == "" {
		return nil, refuse("MissingParameter", "The request must contain the parameter MessageBody.")
	}
	return map[string]string{"MessageId": m.ID, "MD5OfMessageBody": m.sum()}, b.db.Update(func(tx *bolt.Tx) error {
		_, err := add(tx.Bucket(queueTable(queue)), m)
		return err
	})
}

func (b *Bus) receive(queue string, in request) (any, error) {
	most, hidden := 1, b.queues[queue].Visibility
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if in.VisibilityTimeout != nil {
		hidden = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	if most < 1 || most > 10 {
		return nil, refuse("InvalidParameterValue", "MaxNumberOfMessages must be between 1 and 10.")
	}
	now, found := time.Now().UTC(), []map[string]any{}
	err := b.change(queue, func(m *message) (*message, bool) {
		if m.Visible.After(now) || len(found) == most {
			return m, len(found) < most
		}
		m.Visible, m.Handle = now.Add(hidden), uuid.NewString()
		m.Receives++
		found = append(found, map[string]any{
			"MessageId": m.ID, "ReceiptHandle": m.Handle, "Body": m.Body, "MD5OfBody": m.sum(), "Attributes": map[string]string{
				"SentTimestamp": strconv.FormatInt(m.Sent.UnixMilli(), 10), "ApproximateReceiveCount": strconv.Itoa(m.Receives),
			},
		})
		return m, true
	})
	return map[string]any{"Messages": found}, err
}

// handled does something with the message of a receipt handle. A handle that is out of date is no error, as in SQS.
func (b *Bus) handled(queue string, in request, do func(*message) *message) (any, error) {
	if in.ReceiptHandle == "" {
		return nil, refuse("MissingParameter", "The request must contain the parameter ReceiptHandle.")
	}
	return struct{}{}, b.change(queue, func(m *message) (*message, bool) {
		if m.Handle != in.ReceiptHandle {
			return m, true
		}
		return do(m), false
	})
}

func (b *Bus) remove(queue string, in request) (any, error) {
	return b.handled(queue, in, func(*message) *message { return nil })
}

func (b *Bus) hide(queue string, in request) (any, error) {
	if in.VisibilityTimeout == nil {
		return nil, refuse("MissingParameter", "The request must contain the parameter VisibilityTimeout.")
	}
	return b.handled(queue, in, func(m *message) *message {
		m.Visible = time.Now().UTC().Add(time.Duration(*in.VisibilityTimeout) * time.Second)
		return m
	})
}

func (b *Bus) count(queue string, _ request) (any, error) {
	now, visible, hidden := time.Now(), 0, 0
	err := b.change(queue, func(m *message) (*message, bool) {
		if m.Visible.After(now) {
			hidden++
		} else {
			visible++
		}
		return m, true
	})
	return map[string]any{"Attributes": map[string]string{
		"ApproximateNumberOfMessages": strconv.Itoa(visible), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(hidden),
	}}, err
}
