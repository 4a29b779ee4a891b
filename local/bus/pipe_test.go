package bus_test

import (
	"encoding/json"
	"testing"
	"time"

	"lyceum/local/bus"
	"lyceum/local/template"
)

// Shards of counts name no region: each publishes them when they are written or arrive.
func TestPipeOfCounts(t *testing.T) {
	t.Parallel()
	stack, err := template.Load("../../template.yaml", template.Options{
		Region: region, AccountID: "000000000000", StackName: "lyceum-dev", Secret: func(string, string) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]bool{"progress.counted": true, "like.counted": true, "user.created": false} {
		for _, p := range stack.Pipes {
			got, err := bus.Pipe(p, region, bus.Record{Name: "MODIFY", At: time.Now(), New: json.RawMessage(`{"event":{"M":{"type":{"S":"` + kind + `"}}}}`)})
			want := want && p.LogicalID == "LearningPipe"
			if err != nil || (got.Event.DetailType == kind) != want {
				t.Errorf("%s of %s: got %+v, %v, published should be %v", kind, p.LogicalID, got, err, want)
			}
		}
	}
}

// TestPipe holds the project's own pipe to records of DynamoDB's form.
func TestPipe(t *testing.T) {
	t.Parallel()
	stack, err := template.Load("../../template.yaml", template.Options{
		Region: region, AccountID: "000000000000", StackName: "lyceum-dev", Secret: func(string, string) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	image := func(region string) json.RawMessage {
		return json.RawMessage(`{"pk":{"S":"USER#1"},"event":{"M":{"id":{"S":"2"},"type":{"S":"user.created"},"region":{"S":"` + region + `"}}}}`)
	}
	for _, tt := range []struct {
		name, change string
		image        json.RawMessage
		want, fails  bool
	}{
		{"what this region made is published", "INSERT", image(region), true, false},
		{"what this region changed is published", "MODIFY", image(region), true, false},
		{"what another region made is not", "INSERT", image("us-east-1"), false, false},
		{"what was removed is not", "REMOVE", nil, false, false},
		{"an item without an event is not", "INSERT", json.RawMessage(`{"pk":{"S":"USER#1"}}`), false, false},
		{"an event without a type is an error and is not", "INSERT", json.RawMessage(`{"event":{"M":{"region":{"S":"` + region + `"}}}}`), false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range stack.Pipes {
				got, err := bus.Pipe(p, region, bus.Record{Number: 7, Name: tt.change, At: time.Now(), New: tt.image})
				if (err != nil) != tt.fails || got.Number != 7 || (got.Bus == "lyceum-dev") != tt.want {
					t.Errorf("got %+v, %v", got, err)
				}
				if tt.want && (got.Event.Source != "lyceum" || got.Event.DetailType != "user.created" ||
					string(got.Event.Detail) != `{"id":{"S":"2"},"type":{"S":"user.created"},"region":{"S":"eu-west-1"}}`) {
					t.Errorf("got %+v", got.Event)
				}
			}
		})
	}
}
