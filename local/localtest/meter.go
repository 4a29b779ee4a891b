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
	env.APIOptions = append(env.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("meter", used.around), middleware.Before)
	})
	return used
}

func (u *Usage) around(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	const ask = types.ReturnConsumedCapacityTotal
	switch p := in.Parameters.(type) {
	case *awsdynamodb.BatchGetItemInput:
		p.ReturnConsumedCapacity = ask
	case *awsdynamodb.GetItemInput:
		p.ReturnConsumedCapacity = ask
	case *awsdynamodb.QueryInput:
		p.ReturnConsumedCapacity = ask
	case *awsdynamodb.PutItemInput:
		p.ReturnConsumedCapacity = ask
	case *awsdynamodb.UpdateItemInput:
		p.ReturnConsumedCapacity = ask
	case *awsdynamodb.TransactWriteItemsInput:
		p.ReturnConsumedCapacity = ask
	}
	out, meta, err := next.HandleInitialize(ctx, in)
	u.Calls = append(u.Calls, middleware.GetOperationName(ctx))
	switch r := out.Result.(type) {
	case *awsdynamodb.BatchGetItemOutput:
		u.Read += units(r.ConsumedCapacity...)
	case *awsdynamodb.GetItemOutput:
		u.Read += units(*r.ConsumedCapacity)
	case *awsdynamodb.QueryOutput:
		u.Read += units(*r.ConsumedCapacity)
	case *awsdynamodb.PutItemOutput:
		u.Write += units(*r.ConsumedCapacity)
	case *awsdynamodb.UpdateItemOutput:
		u.Write += units(*r.ConsumedCapacity)
	case *awsdynamodb.TransactWriteItemsOutput:
		u.Write += units(r.ConsumedCapacity...)
	}
	return out, meta, err
}

func units(consumed ...types.ConsumedCapacity) (sum float64) {
	for _, c := range consumed {
		sum += *c.CapacityUnits
	}
	return sum
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
