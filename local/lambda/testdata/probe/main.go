// Command probe is a function that does what its event says, to test the processes around it.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do      string `json:"do"`
	Text    string `json:"text"`
	Millis  int    `json:"millis"`
	Letters int    `json:"letters"`
}

type answer struct {
	Text     string   `json:"text,omitempty"`
	PID      int      `json:"pid"`
	Count    int64    `json:"count"`
	Env      []string `json:"env,omitempty"`
	Dir      string   `json:"dir,omitempty"`
	ARN      string   `json:"arn,omitempty"`
	Request  string   `json:"request,omitempty"`
	Deadline int64    `json:"deadline,omitempty"`
}

func main() {
	switch os.Getenv("INIT") {
	case "exit":
		os.Exit(3)
	case "hang":
		time.Sleep(time.Hour)
	case "report":
		http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", "application/json",
			strings.NewReader(`{"errorType":"Config.Missing","errorMessage":"TABLE is not set"}`))
		os.Exit(1)
	}
	var count atomic.Int64
	lambda.Start(func(ctx context.Context, e event) (answer, error) {
		a := answer{PID: os.Getpid(), Count: count.Add(1)}
		switch e.Do {
		case "echo":
			a.Text = e.Text
		case "sleep":
			time.Sleep(time.Duration(e.Millis) * time.Millisecond)
		case "fail":
			return a, errors.New(e.Text)
		case "panic":
			panic(e.Text)
		case "exit":
			os.Exit(e.Millis)
		case "big":
			a.Text = strings.Repeat("x", e.Letters)
		case "env":
			a.Env = os.Environ()
			a.Dir, _ = os.Getwd()
		case "context":
			lc, _ := lambdacontext.FromContext(ctx)
			deadline, _ := ctx.Deadline()
			a.ARN, a.Request, a.Deadline = lc.InvokedFunctionArn, lc.AwsRequestID, deadline.UnixMilli()
		case "print":
			fmt.Println(e.Text)
		case "grandchild":
			child := exec.Command("sleep", "60")
			child.Start()
			a.Count = int64(child.Process.Pid)
		}
		return a, nil
	})
}
