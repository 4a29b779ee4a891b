package template

import (
	"encoding/json"
	"slices"
	"time"

	"lyceum/local/pattern"
)

// events reads what calls a function: routes of the API and rules of a bus.
func (l *loader) events(f *Function, events *object) {
	for _, field := range events.v.fields {
		event := l.object(field.value, "event "+field.name)
		o := l.object(event.get("Properties"), "event "+field.name)
		switch typeName := event.required("Type"); {
		case typeName != "HttpApi" && typeName != "EventBridgeRule":
			if typeName != "" {
				l.failf(field.line, "events of the type %s are not supported by the local cloud", typeName)
			}
			continue
		case o.v.kind == absent:
			l.failf(field.line, "the event %s has no Properties", field.name)
		case typeName == "HttpApi":
			l.route(f, o, field.line)
		default:
			l.rule(f, o, field)
		}
		event.done()
		o.done()
	}
}

// rule reads an event of the type EventBridgeRule ("EventBridgeRule" of the SAM specification).
func (l *loader) rule(f *Function, o *object, field field) {
	problems := len(l.problems)
	o.oneOf("State", "ENABLED")
	o.pass("RuleName", "Target") // names alone: a Target has an Id
	retry := o.child("RetryPolicy")
	retry.integer("MaximumRetryAttempts", 185, 0, 185)
	retry.integer("MaximumEventAgeInSeconds", 86400, 60, 86400)
	retry.done()
	dead := o.child("DeadLetterConfig")
	if dead.v.kind == mapping {
		l.target(dead, "Arn", "Arn", queueType)
	}
	dead.done()
	r := Rule{Name: f.LogicalID + field.name, Bus: "default", Pattern: l.pattern(o, "Pattern"), DeadLetters: dead.v.kind == mapping, Line: field.line}
	if bus := o.text("EventBusName"); bus != "" && bus != r.Bus {
		r.Bus = bus
		if !slices.ContainsFunc(l.all(busType), func(b *resource) bool { return l.physicalName(b).text == bus }) {
			l.failf(o.get("EventBusName").line, "EventBusName must refer to an %s of the template", busType)
		}
	}
	if len(l.problems) == problems && o.get("EventBusName").kind == absent && (!slices.Equal(r.Pattern.Texts("source"), []string{"aws.s3"}) || !slices.Equal(r.Pattern.Texts("detail-type"), []string{"Object Created"})) {
		l.failf(o.get("Pattern").line, "the local default bus has S3's events Object Created alone: name source aws.s3 and this detail-type, or an EventBusName")
	}
	f.Rules = append(f.Rules, r)
}

// pattern reads an event pattern written as YAML.
func (l *loader) pattern(o *object, name string) pattern.Pattern {
	v := o.get(name)
	if v.kind != mapping {
		if v.kind != broken {
			l.failf(v.line, "%s needs a %s, which is a mapping", o.what, name)
		}
		return pattern.Pattern{}
	}
	return l.parsePattern(string(l.json(v)), v.line)
}

func (l *loader) parsePattern(text string, line int) pattern.Pattern {
	p, err := pattern.Parse(text)
	if err != nil {
		l.failf(line, "%v", err)
	}
	return p
}

// json is a value's JSON.
func (l *loader) json(v value) json.RawMessage {
	var text []byte
	switch {
	case v.kind == list:
		items := []json.RawMessage{}
		for _, item := range v.items {
			items = append(items, l.json(item))
		}
		text, _ = json.Marshal(items)
	case v.kind == mapping:
		object := map[string]json.RawMessage{}
		for _, f := range v.fields {
			object[f.name] = l.json(f.value)
		}
		text, _ = json.Marshal(object)
	case v.typed && json.Valid([]byte(v.text)):
		text = []byte(v.text)
	default:
		text, _ = json.Marshal(v.text)
	}
	return text
}

// async reads an EventInvokeConfig ("EventInvokeConfiguration" of the SAM specification).
func (l *loader) async(o *object) Async {
	a := Async{
		Retries: o.integer("MaximumRetryAttempts", 2, 0, 2),
		MaxAge:  time.Duration(o.integer("MaximumEventAgeInSeconds", 21600, 60, 21600)) * time.Second,
	}
	destinations := o.child("DestinationConfig")
	failure := destinations.child("OnFailure")
	if failure.v.kind == mapping {
		failure.required("Type")
		failure.oneOf("Type", "", "SQS")
		if queue := l.target(failure, "Destination", "Arn", queueType); queue != nil {
			a.OnFailure = l.physicalName(queue).text
		}
	}
	failure.done()
	destinations.done()
	o.done()
	return a
}
