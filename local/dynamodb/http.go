package dynamodb

import (
	"bytes"
	"crypto/rand"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxRequestBytes is the largest request body.
const maxRequestBytes = 16 << 20

// call is one request while it is served.
type call struct {
	*Server
	operation   string
	accessKeyID string
	now         time.Time
}

// operations are all that is implemented.
var operations = map[string]func(*call, []byte) (any, error){
	"CreateTable":        operation((*call).createTable),
	"DescribeTable":      operation((*call).describeTable),
	"ListTables":         operation((*call).listTables),
	"DeleteTable":        operation((*call).deleteTable),
	"UpdateTimeToLive":   operation((*call).updateTimeToLive),
	"DescribeTimeToLive": operation((*call).describeTimeToLive),
	"GetItem":            operation((*call).getItem),
	"PutItem":            operation((*call).putItem),
	"UpdateItem":         operation((*call).updateItem),
	"DeleteItem":         operation((*call).deleteItem),
	"Query":              operation((*call).query),
	"Scan":               operation((*call).scan),
	"BatchGetItem":       operation((*call).batchGetItem),
	"BatchWriteItem":     operation((*call).batchWriteItem),
	"TransactWriteItems": operation((*call).transactWriteItems),
	"TransactGetItems":   operation((*call).transactGetItems),
}

// operation decodes the request's body for do.
func operation[In, Out any](do func(*call, *In) (Out, error)) func(*call, []byte) (any, error) {
	return func(c *call, body []byte) (any, error) {
		in := new(In)
		if err := c.decode(body, in); err != nil {
			return nil, err
		}
		return do(c, in)
	}
}

// decode refuses, by its name, a parameter that the operation does not take here.
func (c *call) decode(body []byte, in any) error {
	err := json.Unmarshal(body, in, json.RejectUnknownMembers(true), jsontext.AllowDuplicateNames(false))
	if err == nil {
		return nil
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if ok && errors.Is(err, json.ErrUnknownName) {
		if err := mixed(body); err != nil {
			return err
		}
		return invalid("The parameter %s of %s is not supported by this engine", parameter(semantic.JSONPointer), c.operation)
	}
	text := "Start of structure or map found where not expected"
	switch {
	case ok && semantic.GoType == nil && semantic.Err != nil:
		text = semantic.Err.Error()
	case ok && strings.HasPrefix(string(semantic.JSONKind), "0"):
		text = "NUMBER_VALUE cannot be converted to " + wanted(semantic)
	case ok && strings.HasPrefix(string(semantic.JSONKind), `"`):
		text = "STRING_VALUE cannot be converted to " + wanted(semantic)
	case !ok:
		text = "The request body is not valid JSON"
	}
	return newError(ofService, "SerializationException", "%s", text)
}

// mixed returns AWS's error for a request that has parameters of both generations: from before
// expressions and of expressions.
func mixed(body []byte) error {
	var in map[string]jsontext.Value
	if json.Unmarshal(body, &in) != nil {
		return nil
	}
	var legacy, expressions []string
	for _, name := range slices.Sorted(maps.Keys(in)) {
		switch name {
		case "AttributeUpdates", "AttributesToGet", "ConditionalOperator", "Expected", "KeyConditions", "QueryFilter", "ScanFilter":
			legacy = append(legacy, name)
		case "ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression", "UpdateExpression":
			expressions = append(expressions, name)
		}
	}
	if len(legacy) == 0 || len(expressions) == 0 {
		return nil
	}
	return invalid("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}", strings.Join(legacy, ", "), strings.Join(expressions, ", "))
}

func wanted(e *json.SemanticError) string {
	if e.GoType == nil {
		return "the expected type"
	}
	kind := strings.TrimPrefix(e.GoType.String(), "*")
	return strings.ToUpper(kind[:1]) + kind[1:]
}

// parameter writes a JSON pointer as AWS writes members: /TransactItems/0/Put becomes TransactItems.0.Put.
func parameter(pointer jsontext.Pointer) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(pointer), "/"), "/", ".")
}

// ServeHTTP answers the protocol's POST requests and GET /, which tells that the server is there.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		_, _ = io.WriteString(w, "healthy: dynamodb."+s.opts.Region+".amazonaws.com ")
		return
	}
	operation, out, err := s.serve(w, r)
	status := http.StatusOK
	if err != nil {
		e := s.asAPIError(operation, err)
		if status = e.status; status == 0 {
			status = http.StatusBadRequest
		}
		out = e
	}
	body, err := json.Marshal(out, json.Deterministic(true))
	if err != nil {
		s.opts.Log.Error("dynamodb: an answer cannot be written", "operation", operation, "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"__type":"`+ofDynamoDB+`InternalServerError"}`)
	}
	header := w.Header()
	header.Set("Content-Type", "application/x-amz-json-1.0")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header["x-amzn-RequestId"] = []string{rand.Text() + rand.Text()}
	header["x-amz-crc32"] = []string{strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// serve finds the operation, checks the signature and executes.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) (name string, out any, err error) {
	name, known := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	do := operations[name]
	switch {
	case r.Method != http.MethodPost || name == "":
		return name, nil, newError(ofService, "UnknownOperationException", "")
	case strings.HasPrefix(name, "DynamoDBStreams_"):
		return name, nil, newError(ofService, "UnknownOperationException", "The API of streams is not served by this engine: "+
			"a stream's records are read inside the process that runs it, so %s has nothing to ask", name)
	case !known:
		return name, nil, newError(ofService, "UnknownOperationException", "%s is not an operation of DynamoDB's API of 2012-08-10", name)
	case do == nil:
		return name, nil, newError(ofService, "UnknownOperationException", "The operation %s is not supported by this engine", name)
	}
	body, err := readBody(w, r)
	if err != nil {
		return name, nil, err
	}
	c := &call{Server: s, operation: name, now: s.opts.Now()}
	if c.accessKeyID, err = s.authenticate(r, body, c.now); err != nil {
		return name, nil, err
	}
	out, err = do(c, body)
	return name, out, err
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var buf bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= maxRequestBytes {
		buf.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		e := newError(ofService, "RequestEntityTooLargeException", "Request body is larger than %d bytes", maxRequestBytes)
		e.status = http.StatusRequestEntityTooLarge
		return nil, e
	}
	if err != nil {
		return nil, newError(ofService, "SerializationException", "The request body could not be read")
	}
	return buf.Bytes(), nil
}
