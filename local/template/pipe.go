package template

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// paths are what the local cloud takes of the JSON paths of pipes ("Amazon EventBridge Pipes input transformation").
var paths = regexp.MustCompile(`^\$(\.[a-zA-Z0-9_-]+)+$`)

// elsewhere is the stream of a table that another stack makes: a global table's replica in a region that is not the primary.
var elsewhere = regexp.MustCompile(`^arn:aws:dynamodb:([a-z0-9-]+):[0-9]+:table/([a-zA-Z0-9_.-]+)/stream/[^/*]+$`)

// makes tells whether a table of this name is the template's own here.
func (l *loader) makes(table string) bool {
	return slices.ContainsFunc(l.all(tableType, globalTableType), func(r *resource) bool { return l.physicalName(r).text == table })
}

// pipe reads a pipe from a table's stream to a bus.
func (l *loader) pipe(r *resource, name string, o *object) Pipe {
	o.oneOf("DesiredState", "RUNNING")
	o.pass("Description", "Tags", "LogConfiguration", "KmsKeyIdentifier")
	p := Pipe{LogicalID: r.id, Name: name, Line: r.line}
	source := o.text("Source")
	if made := elsewhere.FindStringSubmatch(source); made != nil && made[1] == l.options.Region && !l.makes(made[2]) {
		p.Table, p.StreamARN = made[2], source
	} else if table := l.target(o, "Source", "StreamArn", tableType, globalTableType); table != nil {
		p.Table, p.StreamARN = l.physicalName(table).text, l.attribute(table, "StreamArn")
		if l.properties(table).get("StreamSpecification").kind == absent {
			l.failf(o.get("Source").line, "the table %s has no StreamSpecification", table.id)
		}
	}
	if bus := l.target(o, "Target", "Arn", busType); bus != nil {
		p.Bus, p.BusARN = l.physicalName(bus).text, l.attribute(bus, "Arn")
	}
	if role := l.target(o, "RoleArn", "Arn", roleType); role != nil {
		p.Role = role.id
		p.Statements = l.roleStatements(l.object(l.properties(role), roleType))
	}
	l.pipeSource(&p, o.child("SourceParameters"))
	l.pipeTarget(&p, o.child("TargetParameters"))
	return p
}

func (l *loader) pipeSource(p *Pipe, o *object) {
	stream := o.child("DynamoDBStreamParameters")
	stream.required("StartingPosition")
	stream.oneOf("StartingPosition", "", "TRIM_HORIZON")
	// How the records are cut into batches, and what happens to one that the bus does not take: here it takes all.
	stream.pass("BatchSize", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "OnPartialBatchItemFailure",
		"ParallelizationFactor")
	dead := stream.child("DeadLetterConfig")
	if dead.v.kind == mapping {
		if queue := l.target(dead, "Arn", "Arn", queueType); queue != nil {
			p.DeadLetterARN = l.attribute(queue, "Arn")
		}
	}
	dead.done()
	stream.done()
	criteria := o.child("FilterCriteria")
	for _, filter := range criteria.objects("Filters") {
		if text := filter.required("Pattern"); text != "" {
			p.Filters = append(p.Filters, l.parsePattern(text, filter.get("Pattern").line))
		}
		filter.done()
	}
	criteria.done()
	o.done()
}

func (l *loader) pipeTarget(p *Pipe, o *object) {
	bus := o.child("EventBridgeEventBusParameters")
	p.Source, p.DetailType = bus.required("Source"), bus.required("DetailType")
	for _, name := range []string{"Source", "DetailType"} {
		if text := bus.text(name); strings.HasPrefix(text, "$") && !paths.MatchString(text) {
			l.failf(bus.get(name).line, "%s of %s is a path of another form than $.a.b", name, bus.what)
		}
	}
	bus.done()
	p.Detail = o.required("InputTemplate")
	path, closed := strings.CutSuffix(strings.TrimPrefix(p.Detail, "<"), ">")
	if p.Detail != "" && (!closed || p.Detail[0] != '<' || !paths.MatchString(path)) {
		l.failf(o.get("InputTemplate").line, "the local cloud takes an InputTemplate that is one path, <$.a.b>")
	}
	o.done()
}

func (l *loader) queue(r *resource, name string, o *object) Queue {
	o.pass("SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "Tags")
	return Queue{
		LogicalID: r.id, Name: name, Line: r.line,
		Retention:  time.Duration(o.integer("MessageRetentionPeriod", 345600, 60, 1209600)) * time.Second,
		Visibility: time.Duration(o.integer("VisibilityTimeout", 30, 0, 43200)) * time.Second,
	}
}

// checkRole lets a role pass that a pipe assumes.
func (l *loader) checkRole(o *object) {
	l.roleStatements(o)
	o.pass("Description", "Path", "Tags", "PermissionsBoundary", "MaxSessionDuration")
	for _, s := range o.child("AssumeRolePolicyDocument").objects("Statement") {
		service := s.child("Principal").text("Service")
		if s.text("Action") != "sts:AssumeRole" || s.text("Effect") != "Allow" || service != "pipes.amazonaws.com" {
			l.failf(s.v.line, "the local cloud knows roles for pipes alone: Allow pipes.amazonaws.com sts:AssumeRole")
		}
	}
	o.done()
}

func (l *loader) roleStatements(o *object) (statements []Statement) {
	for _, policy := range o.objects("Policies") {
		policy.required("PolicyName")
		statements = append(statements, l.document(policy.get("PolicyDocument"))...)
		policy.done()
	}
	return statements
}

// checkQueuePolicy lets a policy pass that lets rules put events into a queue.
func (l *loader) checkQueuePolicy(o *object) {
	o.texts("Queues")
	for _, item := range o.child("PolicyDocument").objects("Statement") {
		if service := item.child("Principal").text("Service"); service != "events.amazonaws.com" {
			l.failf(item.v.line, "the local cloud knows no queue policy but one for events.amazonaws.com")
		}
		l.statement(item)
		item.done()
	}
}
