package bus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lyceum/local/pattern"
	"lyceum/local/template"
)

// Record is a change of a table, in DynamoDB's JSON; an image that is not there is nil.
type Record struct {
	Number         uint64
	Name           string // INSERT, MODIFY or REMOVE
	At             time.Time
	Keys, New, Old json.RawMessage
}

// streamed is a record as a pipe sees it ("Amazon DynamoDB stream as a source").
type streamed struct {
	EventID        string `json:"eventID"`
	EventName      string `json:"eventName"`
	EventVersion   string `json:"eventVersion"`
	EventSource    string `json:"eventSource"`
	AWSRegion      string `json:"awsRegion"`
	EventSourceARN string `json:"eventSourceARN"`
	DynamoDB       struct {
		ApproximateCreationDateTime int64
		Keys                        json.RawMessage `json:",omitempty"`
		NewImage                    json.RawMessage `json:",omitempty"`
		OldImage                    json.RawMessage `json:",omitempty"`
		SequenceNumber              string
		SizeBytes                   int
	} `json:"dynamodb"`
}

// Pipe makes the entry for the bus of a record: an event if the pipe's filter lets it through.
func Pipe(p template.Pipe, region string, r Record) (Entry, error) {
	s := streamed{
		EventID: p.Table + "-" + strconv.FormatUint(r.Number, 10), EventName: r.Name, EventVersion: "1.1", EventSource: "aws:dynamodb",
		AWSRegion: region, EventSourceARN: p.StreamARN,
	}
	s.DynamoDB.ApproximateCreationDateTime, s.DynamoDB.SequenceNumber = r.At.Unix(), strconv.FormatUint(r.Number, 10)
	s.DynamoDB.Keys, s.DynamoDB.NewImage, s.DynamoDB.OldImage = r.Keys, r.New, r.Old
	s.DynamoDB.SizeBytes = len(r.Keys) + len(r.New) + len(r.Old)
	text, err := json.Marshal(s)
	if err != nil {
		return Entry{}, err
	}
	if len(p.Filters) > 0 && !slices.ContainsFunc(p.Filters, func(f pattern.Pattern) bool { return f.Match(text) }) {
		return Entry{Number: r.Number}, nil
	}
	e := Entry{Number: r.Number, Bus: p.Bus, Event: Event{Detail: find(text, strings.Trim(p.Detail, "<>"))}}
	e.Event.Source, e.Event.DetailType = fill(text, p.Source), fill(text, p.DetailType)
	if e.Event.Source == "" || e.Event.DetailType == "" || len(e.Event.Detail) == 0 || e.Event.Detail[0] != '{' {
		return Entry{Number: r.Number}, fmt.Errorf("record %d of %s has no source, type or detail for the bus", r.Number, p.Table)
	}
	return e, nil
}

// find is the value at a path such as $.a.b, nil if there is none.
func find(text json.RawMessage, path string) json.RawMessage {
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "$."), ".") {
		var object map[string]json.RawMessage
		if json.Unmarshal(text, &object) != nil {
			return nil
		}
		text = object[name]
	}
	return text
}

// fill is the text itself, or the text at the path that it is.
func fill(text json.RawMessage, value string) string {
	if !strings.HasPrefix(value, "$.") {
		return value
	}
	var found string
	_ = json.Unmarshal(find(text, value), &found) // what is no text is none
	return found
}
