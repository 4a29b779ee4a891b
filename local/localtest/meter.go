package localtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"lyceum/shared/platform"
)

// CostsVariable is the environment variable with a folder into which costs are written, in all sizes.
const CostsVariable = "LYCEUM_COSTS"

// CostSizes are how many lessons a learner has completed when the cost of a request is measured: the smallest alone unless costs are written.
func CostSizes() []int {
	if os.Getenv(CostsVariable) == "" {
		return []int{10}
	}
	return []int{10, 1000, 10000}
}

// Prices in dollars per million, us-east-1, on demand, as secondary pages gave them on 2026-11-23 (docs/COSTS.md).
const (
	readPrice, writePrice   = 0.125, 0.625
	requestPrice, callPrice = 1.00, 0.20 // HTTP API, Lambda without its duration
)

// Usage is what requests asked of DynamoDB.
type Usage struct {
	Calls       []string
	Read, Write float64 // capacity units
}

// Meter counts what a function built from env uses from now on. Requests may not be made at once.
func Meter(env *platform.Env) *Usage {
	used := new(Usage)
	metered(env, "meter", func(action string, read, write float64) {
		used.Calls = append(used.Calls, action)
		used.Read, used.Write = used.Read+read, used.Write+write
	})
	return used
}

// metered has add told of every call to AWS and of the capacity units that it used of DynamoDB.
func metered(env *platform.Env, id string, add func(action string, read, write float64)) {
	around := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		ask(in.Parameters)
		out, meta, err := next.HandleInitialize(ctx, in)
		read, write := units(out.Result)
		add(middleware.GetOperationName(ctx), read, write)
		return out, meta, err
	}
	env.APIOptions = append(env.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(id, around), middleware.Before)
	})
}

func ask(input any) {
	const total = types.ReturnConsumedCapacityTotal
	switch in := input.(type) {
	case *awsdynamodb.BatchGetItemInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.GetItemInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.QueryInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.PutItemInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.UpdateItemInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.DeleteItemInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.BatchWriteItemInput:
		in.ReturnConsumedCapacity = total
	case *awsdynamodb.TransactWriteItemsInput:
		in.ReturnConsumedCapacity = total
	}
}

// units are those of an output; a call that failed has none.
func units(output any) (read, write float64) {
	one := func(c *types.ConsumedCapacity) []types.ConsumedCapacity {
		if c == nil {
			return nil
		}
		return []types.ConsumedCapacity{*c}
	}
	var reads, writes []types.ConsumedCapacity
	switch out := output.(type) {
	case *awsdynamodb.BatchGetItemOutput:
		reads = out.ConsumedCapacity
	case *awsdynamodb.GetItemOutput:
		reads = one(out.ConsumedCapacity)
	case *awsdynamodb.QueryOutput:
		reads = one(out.ConsumedCapacity)
	case *awsdynamodb.PutItemOutput:
		writes = one(out.ConsumedCapacity)
	case *awsdynamodb.UpdateItemOutput:
		writes = one(out.ConsumedCapacity)
	case *awsdynamodb.DeleteItemOutput:
		writes = one(out.ConsumedCapacity)
	case *awsdynamodb.BatchWriteItemOutput:
		writes = out.ConsumedCapacity
	case *awsdynamodb.TransactWriteItemsOutput:
		writes = out.ConsumedCapacity
	}
	for _, c := range reads {
		read += *c.CapacityUnits
	}
	for _, c := range writes {
		write += *c.CapacityUnits
	}
	return read, write
}

// Cost makes a row of docs/COSTS.md of what one request used. It is written to the folder of CostsVariable, or else must stand in the document.
func Cost(t testing.TB, what string, completed int, used Usage) {
	t.Helper()
	storage := used.Read*readPrice + used.Write*writePrice
	row := fmt.Sprintf("| %s | %d | %s | %g | %g | %.2f | %.2f |", what, completed, strings.Join(used.Calls, ", "), used.Read, used.Write,
		storage, storage+requestPrice+callPrice)
	if dir := os.Getenv(CostsVariable); dir != "" {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s %05d", what, completed)), []byte(row+"\n"), 0o600))
		return
	}
	_, file, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "../../docs/COSTS.md"))
	must(t, err)
	if !strings.Contains(string(text), row+"\n") {
		t.Errorf("docs/COSTS.md does not say, run make costs:\n%s", row)
	}
}
