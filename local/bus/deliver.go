package bus

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"lyceum/local/template"
)

// At most so many consumers run at once, all together and of one function: requests to the API go first.
const (
	maxRunning = 4
	maxOfOne   = 2
)

// maxPause bounds the pauses after refusals that are not the function's own failure, such as throttling.
const maxPause = 30 * time.Second

// delivery is one event on its way to one function, or any other asynchronous invocation.
type delivery struct {
	number uint64

	RequestID string // the same at every try, as Lambda's
	Function  string
	Payload   json.RawMessage
	Since     time.Time
	Due       time.Time
	Tries     int    // that the function failed
	Error     string `json:",omitempty"` // of the last try

	refused int // tries that did not reach the function
}

func newDelivery(function string, payload []byte) *delivery {
	now := time.Now().UTC()
	return &delivery{RequestID: uuid.NewString(), Function: function, Payload: payload, Since: now, Due: now}
}

// outcome is what became of a delivery: "delivered", "dead" when it lies in a queue, "dropped" when its function names none.
type outcome struct {
	At              time.Time
	What, Function  string
	Type, Event, ID string // of the event: its detail-type and id; the request's id
	Tries           int
	Error           string `json:",omitempty"`
}

// lane is what waits for one function, what is due first in front.
type lane struct {
	function template.Function
	waiting  []*delivery
	running  int
}

// enqueue adds deliveries that are stored.
func (b *Bus) enqueue(deliveries ...*delivery) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range deliveries {
		l := b.lanes[d.Function]
		if l == nil {
			continue // the template has the function no more; should it come back, so does the event
		}
		at, _ := slices.BinarySearchFunc(l.waiting, d, func(a, b *delivery) int {
			return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.number, b.number))
		})
		l.waiting = slices.Insert(l.waiting, at, d)
	}
	b.nudge()
}

// nudge makes dispatch look again.
func (b *Bus) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// dispatch starts what is due until Close.
func (b *Bus) dispatch() {
	for b.ctx.Err() == nil {
		b.sleep(b.wake, b.start(time.Now()))
	}
}

// start runs what is due and may run, and tells how long to wait for the next.
func (b *Bus) start(now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait = time.Minute
	for _, l := range b.lanes {
		for len(l.waiting) > 0 && l.running < maxOfOne && b.running < maxRunning {
			d := l.waiting[0]
			if in := d.Due.Sub(now); in > 0 {
				wait = min(wait, in)
				break
			}
			l.waiting = slices.Delete(l.waiting, 0, 1)
			l.running++
			b.running++
			b.finished.Go(func() { b.try(l, d) })
		}
	}
	return wait
}

// try invokes the function once and stores what came of it.
func (b *Bus) try(l *lane, d *delivery) {
	_, err := b.opts.Invoke(b.ctx, d.Function, d.Payload)
	if b.ctx.Err() == nil {
		b.judge(l.function, d, err)
	}
	b.mu.Lock()
	l.running--
	b.running--
	b.mu.Unlock()
	b.nudge()
}

// judge settles a try as Lambda does ("Asynchronous invocation"): the function's failures are counted, refusals are not, and age ends both.
func (b *Bus) judge(f template.Function, d *delivery, err error) {
	now := time.Now().UTC()
	response, failed := json.RawMessage(nil), false
	if err != nil {
		if response, failed = b.opts.Failed(err); failed {
			d.Tries++
		} else {
			d.refused++
		}
		d.Error = err.Error()
	}
	condition := ""
	switch {
	case err != nil && d.Tries > f.Async.Retries:
		condition = "RetriesExhausted"
	case err != nil && now.Sub(d.Since) > f.Async.MaxAge:
		condition = "EventAgeExceeded"
	case err != nil:
		pause := b.opts.Pause << min(d.Tries+d.refused-1, 10)
		d.Due = now.Add(min(pause, maxPause))
		if err := b.settle(d, nil, "", nil); err != nil {
			b.opts.Log.Error("an event's failure is not kept", "error", err)
		}
		b.opts.Log.Warn("an event is tried again", "function", d.Function, "requestId", d.RequestID, "tries", d.Tries, "error", d.Error)
		b.enqueue(d)
		return
	}
	o, m := d.outcome("delivered", now), (*message)(nil)
	if condition != "" {
		o.What = "dropped"
		if f.Async.OnFailure != "" {
			o.What, m = "dead", newMessage(b.failure(f, d, condition, response, now))
		}
		b.opts.Log.Error("an event failed for good", "function", d.Function, "requestId", d.RequestID, "what", o.What, "error", d.Error)
	}
	if err := b.settle(d, o, f.Async.OnFailure, m); err != nil {
		b.opts.Log.Error("an event's outcome is not kept: it comes again", "error", err)
		d.Due = now.Add(maxPause)
		b.enqueue(d)
	}
}

func (d *delivery) outcome(what string, now time.Time) *outcome {
	var e struct {
		DetailType string `json:"detail-type"`
		ID         string
		Detail     struct{ ID struct{ S string } } // of a domain event
	}
	_ = json.Unmarshal(d.Payload, &e) // of anything else it is shown without
	return &outcome{now, what, d.Function, e.DetailType, cmp.Or(e.Detail.ID.S, e.ID), d.RequestID, d.Tries, d.Error}
}

// failure is the record that Lambda sends to a destination ("Capturing records of Lambda asynchronous invocations").
func (b *Bus) failure(f template.Function, d *delivery, condition string, response json.RawMessage, now time.Time) []byte {
	record := map[string]any{
		"version": "1.0", "timestamp": now.Format("2006-01-02T15:04:05.000Z"), "requestPayload": d.Payload,
		"requestContext": map[string]any{"requestId": d.RequestID, "functionArn": b.functionARN(f.Name) + ":$LATEST", "condition": condition, "approximateInvokeCount": d.Tries},
	}
	if response != nil {
		record["responseContext"] = map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
		record["responsePayload"] = response
	}
	text, _ := json.Marshal(record) // the payloads are JSON
	return text
}

func (b *Bus) functionARN(name string) string {
	return "arn:aws:lambda:" + b.opts.Region + ":" + b.opts.AccountID + ":function:" + name
}
