package bus

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"lyceum/local/signature"
)

// Where the bus is served beside the API. An SDK takes the host and one of these as its endpoint.
const (
	EventsPath = "/_local/events" // PutEvents; GET is the page
	SQSPath    = "/_local/sqs"
	LambdaPath = "/_local/lambda" // Invoke
)

const maxBody = 1 << 20 // bytes; SQS and EventBridge take less

// problem is an error as AWS's JSON protocols answer it.
type problem struct {
	status     int
	code, text string
}

func (p problem) Error() string { return p.text }

func refuse(code, text string) error { return problem{http.StatusBadRequest, code, text} }

// Register adds the endpoints and the page to mux.
func (b *Bus) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+EventsPath, b.page)
	events := b.serve("events", func(c *call) (any, error) { return b.putEvents(c) })
	mux.Handle("POST "+EventsPath, events)
	mux.Handle("POST "+EventsPath+"/{$}", events)
	queue := b.serve("sqs", func(c *call) (any, error) { return b.sqs(c) })
	mux.Handle("POST "+SQSPath, queue)
	mux.Handle("POST "+SQSPath+"/{$}", queue)
	mux.Handle("POST "+LambdaPath+"/2015-03-31/functions/{name}/invocations", b.serve("lambda", func(c *call) (any, error) { return b.invoke(c) }))
}

// call is one request whose signature is good.
type call struct {
	*http.Request
	who    string // access key id
	action string // of X-Amz-Target
	body   []byte
}

func (c *call) read(in any) error {
	if err := json.Unmarshal(c.body, in); err != nil {
		return refuse("SerializationException", "the body is not what the action takes")
	}
	return nil
}

// serve checks who calls and answers in JSON.
func (b *Bus) serve(service string, do func(*call) (any, error)) http.Handler {
	check := signature.Service{Name: service, Region: b.opts.Region, Secret: b.opts.Secret}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := func() (any, error) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
			if err != nil {
				return nil, refuse("RequestTooLargeException", "the body is too large or ended early")
			}
			who, err := check.Check(r, body)
			if err != nil {
				return nil, problem{http.StatusForbidden, "UnrecognizedClientException", err.Error()}
			}
			_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
			return do(&call{r, who, action, body})
		}()
		p := problem{http.StatusInternalServerError, "InternalFailure", "the local event bus failed; its log has the cause"}
		if err != nil && !errors.As(err, &p) {
			b.opts.Log.Error("events", "error", err)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if err != nil {
			w.Header().Set("X-Amzn-ErrorType", p.code)
			w.WriteHeader(p.status)
			out = map[string]string{"__type": p.code, "message": p.text}
		} else if answer, ok := out.(invoked); ok {
			answer.write(w)
			return
		}
		_ = json.NewEncoder(w).Encode(out) // a client that is gone needs no answer
	})
}

// allow asks whether the caller may do it.
func (b *Bus) allow(c *call, action, resource string) error {
	if err := b.opts.Authorize(c.who, action, resource); err != nil {
		return refuse("AccessDeniedException", err.Error())
	}
	return nil
}

// putEvents is the action PutEvents.
//
// Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
func (b *Bus) putEvents(c *call) (any, error) {
	var in struct {
		Entries []struct {
			EventBusName, Source, DetailType, Detail string
			Resources                                []string
		}
	}
	if c.action != "PutEvents" {
		return nil, refuse("UnknownOperationException", "the local event bus knows PutEvents alone")
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if len(in.Entries) == 0 || len(in.Entries) > 10 {
		return nil, refuse("ValidationException", "PutEvents takes 1 to 10 entries")
	}
	out := struct {
		FailedEntryCount int
		Entries          []map[string]string
	}{}
	var deliveries []*delivery
	for _, e := range in.Entries {
		bus := e.EventBusName[strings.LastIndex(e.EventBusName, "/")+1:] // a name or an ARN
		if bus == "" {
			bus = "default"
		}
		if err := b.allow(c, "events:PutEvents", "arn:aws:events:"+b.opts.Region+":"+b.opts.AccountID+":event-bus/"+bus); err != nil {
			return nil, err
		}
		var object map[string]json.RawMessage
		code := ""
		switch {
		case strings.HasPrefix(e.Source, "aws."):
			code = "NotAuthorizedForSourceException"
		case e.Source == "" || e.DetailType == "":
			code = "InvalidArgument"
		case json.Unmarshal([]byte(e.Detail), &object) != nil:
			code = "MalformedDetail"
		}
		if code != "" {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, map[string]string{"ErrorCode": code, "ErrorMessage": "the entry is refused"})
			continue
		}
		event := b.event(Event{Source: e.Source, DetailType: e.DetailType, Detail: json.RawMessage(e.Detail), Resources: e.Resources})
		made, err := b.route(bus, event)
		if err != nil {
			return nil, err
		}
		deliveries = append(deliveries, made...)
		out.Entries = append(out.Entries, map[string]string{"EventId": event.ID})
	}
	if err := b.store(deliveries, "", 0); err != nil {
		return nil, err
	}
	b.enqueue(deliveries...)
	return out, nil
}

// invoked is the answer to Invoke.
type invoked struct {
	status  int
	payload []byte
	failed  bool // the payload is the function's error
}

func (i invoked) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	if i.failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	w.WriteHeader(i.status)
	_, _ = w.Write(i.payload) // a client that is gone needs no answer
}

// invoke is the action Invoke. Of the type Event it answers when the event is stored; of the type
// RequestResponse, the default, with what the function returns; of the type DryRun it runs nothing.
//
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (b *Bus) invoke(c *call) (any, error) {
	name, err := url.PathUnescape(c.PathValue("name"))
	if err != nil {
		return nil, refuse("InvalidParameterValueException", "the function's name cannot be read")
	}
	// A name, or an ARN with or without a qualifier.
	if parts := strings.Split(name, ":"); len(parts) >= 7 && parts[5] == "function" {
		name = parts[6]
	}
	if err := b.allow(c, "lambda:InvokeFunction", b.functionARN(name)); err != nil {
		return nil, err
	}
	if b.lanes[name] == nil {
		return nil, problem{http.StatusNotFound, "ResourceNotFoundException", "Function not found: " + b.functionARN(name)}
	}
	if len(c.body) == 0 {
		c.body = []byte("{}")
	}
	if !json.Valid(c.body) {
		return nil, refuse("InvalidRequestContentException", "the payload is not JSON")
	}
	switch c.Header.Get("X-Amz-Invocation-Type") {
	case "", "RequestResponse":
		return b.answer(c, name)
	case "Event":
		d := newDelivery(name, c.body)
		if err := b.store([]*delivery{d}, "", 0); err != nil {
			return nil, err
		}
		b.enqueue(d)
		return invoked{status: http.StatusAccepted}, nil
	case "DryRun":
		return invoked{status: http.StatusNoContent}, nil
	}
	return nil, refuse("InvalidParameterValueException", "the type of an invocation is RequestResponse, Event or DryRun")
}

// answer runs the function and waits for it.
func (b *Bus) answer(c *call, name string) (any, error) {
	payload, err := b.opts.Invoke(c.Context(), name, c.body)
	if err == nil {
		return invoked{http.StatusOK, payload, false}, nil
	}
	if failure, failed := b.opts.Failed(err); failed {
		return invoked{http.StatusOK, failure, true}, nil
	}
	return nil, problem{http.StatusTooManyRequests, "TooManyRequestsException", err.Error()}
}
