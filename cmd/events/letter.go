package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// letter is a message of the dead-letter queue: the record of an invocation that failed for good, an event that a rule could not hand to
// its function, or what a pipe says of records it could not publish.
type letter struct {
	handle   string
	sent     time.Time
	function string          // ARN; empty in a pipe's message
	event    json.RawMessage // the function's input
	kind, id string          // the event's type and id
	why      string
}

func read(m types.Message) letter {
	l := letter{handle: aws.ToString(m.ReceiptHandle), why: "a message of another form: " + shorten(aws.ToString(m.Body))}
	var milliseconds int64
	if _, err := fmt.Sscan(m.Attributes["SentTimestamp"], &milliseconds); err == nil {
		l.sent = time.UnixMilli(milliseconds).UTC()
	}
	var body struct {
		RequestContext struct {
			FunctionARN, Condition string
			ApproximateInvokeCount int
		}
		RequestPayload  json.RawMessage
		ResponsePayload struct{ ErrorType, ErrorMessage string }
		DetailType      string          `json:"detail-type"`
		Batch           json.RawMessage `json:"DDBStreamBatchInfo"`
	}
	if json.Unmarshal([]byte(aws.ToString(m.Body)), &body) != nil {
		return l
	}
	switch target := m.MessageAttributes["TARGET_ARN"]; {
	case body.RequestContext.FunctionARN != "":
		l.function, l.event = body.RequestContext.FunctionARN, body.RequestPayload
		l.why = fmt.Sprintf("%s after %d tries: %s", body.RequestContext.Condition, body.RequestContext.ApproximateInvokeCount,
			shorten(strings.TrimPrefix(body.ResponsePayload.ErrorType+": "+body.ResponsePayload.ErrorMessage, ": ")))
	case body.DetailType != "" && target.StringValue != nil:
		l.function, l.event = *target.StringValue, json.RawMessage(*m.Body)
		l.why = "not handed over: " + aws.ToString(m.MessageAttributes["ERROR_CODE"].StringValue)
	case body.Batch != nil:
		l.why = "a pipe could not publish it: replay --since, then delete the message"
	}
	var event struct {
		DetailType string `json:"detail-type"`
		ID         string
		Detail     struct{ ID struct{ S string } } // of our own events
	}
	if json.Unmarshal(l.event, &event) == nil {
		l.kind, l.id = event.DetailType, cmp.Or(event.Detail.ID.S, event.ID)
	}
	return l
}

// name is the function's, without the ARN around it.
func (l letter) name() string {
	if parts := strings.Split(l.function, ":"); len(parts) > 6 {
		return parts[6]
	}
	return "-"
}

func (l letter) String() string {
	return fmt.Sprintf("%s  %s  %s  %s  %s", l.sent.Format("2006-01-02T15:04:05Z"), cmp.Or(l.id, "-"), cmp.Or(l.kind, "-"), l.name(), l.why)
}

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 200 {
		return strings.ToValidUTF8(text[:200], "") + "…"
	}
	return text
}
