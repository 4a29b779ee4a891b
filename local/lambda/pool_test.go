package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/lambda"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	t.Run("a process is kept warm and serves the next request", func(t *testing.T) {
		t.Parallel()
		pool, logs := newPool(t, lambda.Options{}, lambda.Function{})
		first := mustInvoke(t, pool, `{"do":"echo","text":"hällo"}`)
		if first.Text != "hällo" || first.Count != 1 {
			t.Errorf("first answer = %+v, want text hällo and count 1", first)
		}
		for want := 2; want < 20; want++ {
			if got := mustInvoke(t, pool, `{"do":"echo"}`); got.PID != first.PID || got.Count != want {
				t.Fatalf("answer = %+v, want pid %d and count %d", got, first.PID, want)
			}
		}
		if got := strings.Count(logs.String(), "cold start"); got != 1 {
			t.Errorf("%d cold starts in the log, want 1:\n%s", got, logs)
		}
		if !strings.Contains(logs.String(), "msg=report function=Probe requestId=") {
			t.Errorf("no report in the log:\n%s", logs)
		}
	})

	t.Run("the function sees its ARN, request id and deadline", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{Region: "eu-west-1", AccountID: "123456789012"}, lambda.Function{Timeout: 7 * time.Second})
		before := time.Now()
		got := mustInvoke(t, pool, `{"do":"context"}`)
		if want := "arn:aws:lambda:eu-west-1:123456789012:function:Probe"; got.ARN != want {
			t.Errorf("ARN = %q, want %q", got.ARN, want)
		}
		if len(got.Request) != 36 {
			t.Errorf("request id = %q, want a UUID", got.Request)
		}
		if left := time.UnixMilli(got.Deadline).Sub(before); left < 6900*time.Millisecond || left > 12*time.Second {
			t.Errorf("deadline is %v after the call, want about 7 s", left)
		}
	})

	t.Run("concurrent requests get a process each", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{}, lambda.Function{Timeout: 20 * time.Second, MaxConcurrency: 3})
		answers, errs := concurrently(pool, 3, `{"do":"sleep","millis":1500}`)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		pids := map[int]bool{}
		for _, a := range answers {
			pids[a.PID] = true
		}
		if len(pids) != 3 {
			t.Errorf("%d processes served 3 concurrent requests, want 3", len(pids))
		}
	})

	t.Run("requests beyond the concurrency wait for a process", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{QueueTimeout: 20 * time.Second}, lambda.Function{Timeout: 20 * time.Second, MaxConcurrency: 2})
		answers, errs := concurrently(pool, 6, `{"do":"sleep","millis":50}`)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		total, last := 0, map[int]int{}
		for _, a := range answers {
			last[a.PID] = max(last[a.PID], a.Count)
		}
		for _, n := range last {
			total += n
		}
		if len(last) > 2 || total != 6 {
			t.Errorf("requests served by process: %v, want 6 by at most 2", last)
		}
	})

	t.Run("a request that waits too long is throttled", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{QueueTimeout: 50 * time.Millisecond}, lambda.Function{MaxConcurrency: 1})
		mustInvoke(t, pool, `{}`)
		_, errs := concurrently(pool, 2, `{"do":"sleep","millis":800}`)
		slices.SortFunc(errs, func(a, b error) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		var api *lambda.APIError
		if errs[0] != nil || !errors.As(errs[1], &api) || api.StatusCode() != 429 || api.Code != "TooManyRequestsException" {
			t.Errorf("errors = %v, want one nil and one TooManyRequestsException", errs)
		}
	})

	t.Run("a request beyond the queue is throttled without waiting", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{QueueTimeout: time.Minute, MaxQueue: 2}, lambda.Function{MaxConcurrency: 1, Timeout: 20 * time.Second})
		mustInvoke(t, pool, `{}`)
		_, errs := concurrently(pool, 9, `{"do":"sleep","millis":300}`)
		throttled := 0
		for _, err := range errs {
			if api, refused := errors.AsType[*lambda.APIError](err); refused && api.StatusCode() == 429 {
				throttled++
			} else if err != nil {
				t.Error(err)
			}
		}
		if throttled != 6 { // one runs, two wait
			t.Errorf("%d of 9 were throttled, want 6", throttled)
		}
	})

	t.Run("a caller that gives up leaves the function running", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{}, lambda.Function{})
		first := mustInvoke(t, pool, `{}`)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if _, err := pool.Invoke(ctx, "Probe", []byte(`{"do":"sleep","millis":200}`)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v, want %v", err, context.DeadlineExceeded)
		}
		time.Sleep(400 * time.Millisecond)
		if got := mustInvoke(t, pool, `{}`); got.PID != first.PID || got.Count != 3 {
			t.Errorf("answer = %+v, want pid %d and count 3", got, first.PID)
		}
	})

	t.Run("an unknown function and a function without code are refused", func(t *testing.T) {
		t.Parallel()
		pool, err := lambda.New(lambda.Options{Functions: []lambda.Function{{Name: "Probe", Package: probePackage}}})
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		var api *lambda.APIError
		if _, err := pool.Invoke(context.Background(), "Other", nil); !errors.As(err, &api) || api.Code != "ResourceNotFoundException" || api.Status != 404 {
			t.Errorf("error = %v, want ResourceNotFoundException", err)
		}
		if _, err := invoke(pool, `{}`); !errors.As(err, &api) || api.Status != 500 {
			t.Errorf("error = %v, want a ServiceException", err)
		}
		if err := pool.Deploy(lambda.Binaries{}); err == nil || !strings.Contains(err.Error(), "was not built") {
			t.Errorf("Deploy error = %v, want that the package was not built", err)
		}
	})

	t.Run("payloads up to Lambda's limits pass and larger ones are refused", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{}, lambda.Function{Timeout: 30 * time.Second})
		event := func(size int) string {
			const frame = `{"do":"echo","unused":""}`
			return frame[:len(frame)-2] + strings.Repeat("x", size-len(frame)) + frame[len(frame)-2:]
		}
		first := mustInvoke(t, pool, event(lambda.MaxRequestBytes))
		var api *lambda.APIError
		if _, err := invoke(pool, event(lambda.MaxRequestBytes+1)); !errors.As(err, &api) || api.Code != "RequestTooLargeException" || api.Status != 413 {
			t.Errorf("error = %v, want RequestTooLargeException", err)
		}
		frame := len(fmt.Sprintf(`{"text":"","pid":%d,"count":2}`, first.PID))
		letters := lambda.MaxResponseBytes - frame
		if got := mustInvoke(t, pool, fmt.Sprintf(`{"do":"big","letters":%d}`, letters)); len(got.Text) != letters {
			t.Errorf("%d letters came back, want %d", len(got.Text), letters)
		}
		wantFunctionError(t, pool, fmt.Sprintf(`{"do":"big","letters":%d}`, letters+1),
			"Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size (6291556 bytes)")
		mustInvoke(t, pool, `{}`)
	})
}

func wantFunctionError(t *testing.T, pool *lambda.Pool, event, kind, message string) {
	t.Helper()
	_, err := invoke(pool, event)
	var got *lambda.FunctionError
	if !errors.As(err, &got) || got.Type != kind || !strings.Contains(got.Message, message) {
		t.Errorf("Invoke(%.60s) = %v, want a FunctionError %s with %q", event, err, kind, message)
	} else if !strings.Contains(string(got.Payload), `"errorType":"`+kind+`"`) {
		t.Errorf("payload = %s, want an error document of type %s", got.Payload, kind)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	t.Run("a handler's error leaves the process warm", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{}, lambda.Function{})
		first := mustInvoke(t, pool, `{}`)
		wantFunctionError(t, pool, `{"do":"fail","text":"no such lesson"}`, "errorString", "no such lesson")
		if got := mustInvoke(t, pool, `{}`); got.PID != first.PID {
			t.Errorf("pid = %d, want %d", got.PID, first.PID)
		}
	})

	t.Run("after a panic or an exit the next request gets a fresh process", func(t *testing.T) {
		t.Parallel()
		pool, logs := newPool(t, lambda.Options{}, lambda.Function{})
		for _, failure := range []struct{ event, kind, message string }{
			{`{"do":"panic","text":"oh"}`, "string", "oh"},
			{`{"do":"exit","millis":3}`, "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"},
			{`{"do":"exit"}`, "Runtime.ExitError", "Error: Runtime exited without providing a reason"},
		} {
			first := mustInvoke(t, pool, `{}`)
			wantFunctionError(t, pool, failure.event, failure.kind, failure.message)
			if got := mustInvoke(t, pool, `{}`); got.PID == first.PID || got.Count != 1 {
				t.Errorf("after %s: answer = %+v, want a new process", failure.event, got)
			}
		}
		if !strings.Contains(logs.String(), "probe/main.go:") {
			t.Errorf("the log does not say where it panicked:\n%s", logs)
		}
	})

	t.Run("a timeout kills the process and its children", func(t *testing.T) {
		t.Parallel()
		needsProc(t)
		pool, _ := newPool(t, lambda.Options{}, lambda.Function{Timeout: time.Second})
		first := mustInvoke(t, pool, `{"do":"grandchild"}`)
		begin := time.Now()
		wantFunctionError(t, pool, `{"do":"sleep","millis":60000}`, "Sandbox.Timedout", "Error: Task timed out after 1.00 seconds")
		if took := time.Since(begin); took < time.Second || took > 10*time.Second {
			t.Errorf("the timeout took %v, want about 1 s", took)
		}
		eventually(t, "both processes end", func() bool { return !running(first.PID) && !running(first.Count) })
		if got := mustInvoke(t, pool, `{}`); got.PID == first.PID {
			t.Errorf("pid = %d again, want a new process", got.PID)
		}
	})

	t.Run("a process that dies between requests is replaced unnoticed", func(t *testing.T) {
		t.Parallel()
		pool, logs := newPool(t, lambda.Options{}, lambda.Function{})
		first := mustInvoke(t, pool, `{}`)
		process, err := os.FindProcess(first.PID)
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Kill(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the end is noticed", func() bool { return strings.Contains(logs.String(), "process ended") })
		if got := mustInvoke(t, pool, `{}`); got.PID == first.PID || got.Count != 1 {
			t.Errorf("answer = %+v, want a new process", got)
		}
	})

	for init, want := range map[string]struct{ kind, message string }{
		"exit":   {"Runtime.ExitError", "exit status 3"},
		"report": {"Config.Missing", "TABLE is not set"},
		"hang":   {"Sandbox.Timedout", "Init timed out after 0.30 seconds"},
	} {
		t.Run("an init that does "+init+" fails its request after one start", func(t *testing.T) {
			t.Parallel()
			opts := lambda.Options{}
			if init == "hang" {
				opts.InitTimeout = 300 * time.Millisecond
			}
			pool, logs := newPool(t, opts, lambda.Function{Env: map[string]string{"INIT": init}})
			wantFunctionError(t, pool, `{}`, want.kind, want.message)
			wantFunctionError(t, pool, `{}`, want.kind, want.message)
			if strings.Contains(logs.String(), "cold start") {
				t.Errorf("the log names a cold start:\n%s", logs)
			}
		})
	}

	t.Run("a missing executable is an error of the request", func(t *testing.T) {
		t.Parallel()
		pool, _ := newPool(t, lambda.Options{}, lambda.Function{})
		if err := pool.Deploy(lambda.Binaries{probePackage: filepath.Join(t.TempDir(), "bootstrap")}); err != nil {
			t.Fatal(err)
		}
		wantFunctionError(t, pool, `{}`, "Runtime.ExitError", "no such file or directory")
	})
}

func TestEnvironment(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the developer's")
	t.Setenv("LYCEUM_LEAK", "1")
	pool, _ := newPool(t, lambda.Options{Region: "eu-west-1"}, lambda.Function{MemoryMB: 256, Env: map[string]string{"TABLE": "learning", "TZ": ":Europe/Berlin"}})
	got := mustInvoke(t, pool, `{"do":"env"}`)
	env := map[string]string{}
	for _, entry := range got.Env {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	t.Run("it is what Lambda sets and the function's own variables", func(t *testing.T) {
		for name, want := range map[string]string{
			"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023",
			"AWS_LAMBDA_FUNCTION_NAME": "Probe", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
			"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Probe", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "LAMBDA_TASK_ROOT": got.Dir,
			"LANG": "en_US.UTF-8", "_HANDLER": "bootstrap", "TABLE": "learning", "TZ": ":Europe/Berlin",
		} {
			if env[name] != want {
				t.Errorf("%s = %q, want %q", name, env[name], want)
			}
		}
		if !strings.Contains(env["AWS_LAMBDA_LOG_STREAM_NAME"], "/[$LATEST]") {
			t.Errorf("log stream = %q, want one of $LATEST", env["AWS_LAMBDA_LOG_STREAM_NAME"])
		}
	})
	t.Run("it holds nothing of the developer's environment", func(t *testing.T) {
		for name := range env {
			switch name {
			case "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_LOG_STREAM_NAME", "PATH", "_X_AMZN_TRACE_ID", "SYSTEMROOT", // set per process or request
				"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
				"AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE", "LAMBDA_TASK_ROOT",
				"LANG", "_HANDLER", "TABLE", "TZ":
			default:
				t.Errorf("%s = %q reached the function", name, env[name])
			}
		}
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	ok := lambda.Function{Name: "A", Package: "./a"}
	for want, change := range map[string]func(*lambda.Function){
		"needs a name":                  func(f *lambda.Function) { f.Name = "" },
		"needs a main package":          func(f *lambda.Function) { f.Package = "" },
		"AWS_REGION is reserved":        func(f *lambda.Function) { f.Env = map[string]string{"AWS_REGION": "x"} },
		"AWS_LAMBDA_RUNTIME_API is res": func(f *lambda.Function) { f.Env = map[string]string{"AWS_LAMBDA_RUNTIME_API": "x"} },
		"cannot be set":                 func(f *lambda.Function) { f.Env = map[string]string{"A=B": "x"} },
		"memory 64 MB is outside":       func(f *lambda.Function) { f.MemoryMB = 64 },
		"timeout 16m0s is outside":      func(f *lambda.Function) { f.Timeout = 16 * time.Minute },
		"concurrency -1 is negative":    func(f *lambda.Function) { f.MaxConcurrency = -1 },
		`function "B" is defined twice`: func(f *lambda.Function) { f.Name = "B" },
	} {
		t.Run("a function list that is wrong: "+want, func(t *testing.T) {
			t.Parallel()
			bad := ok
			change(&bad)
			_, err := lambda.New(lambda.Options{Functions: []lambda.Function{{Name: "B", Package: "./b"}, bad}})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error = %v, want %q", err, want)
			}
		})
	}
}

func TestIdle(t *testing.T) {
	t.Parallel()
	needsProc(t)
	pool, _ := newPool(t, lambda.Options{IdleTimeout: 400 * time.Millisecond}, lambda.Function{Timeout: 20 * time.Second})
	answers, errs := concurrently(pool, 3, `{"do":"sleep","millis":1000}`)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	alive := func() (n int) {
		for _, a := range answers {
			if running(a.PID) {
				n++
			}
		}
		return n
	}
	eventually(t, "surplus idle processes end", func() bool { return alive() == 1 })
	time.Sleep(time.Second)
	if got := alive(); got != 1 {
		t.Errorf("%d processes are left, want the last one to stay", got)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	needsProc(t)
	pool, _ := newPool(t, lambda.Options{}, lambda.Function{Timeout: time.Minute})
	first := mustInvoke(t, pool, `{"do":"grandchild"}`)
	failed := make(chan error, 1)
	go func() {
		_, err := invoke(pool, `{"do":"sleep","millis":50000}`)
		failed <- err
	}()
	time.Sleep(100 * time.Millisecond)
	pool.Close()
	t.Run("no process is left", func(t *testing.T) {
		if running(first.PID) {
			t.Errorf("process %d still runs", first.PID)
		}
		eventually(t, "the grandchild ends", func() bool { return !running(first.Count) })
	})
	t.Run("a running request fails and a later one is refused", func(t *testing.T) {
		var function *lambda.FunctionError
		if err := <-failed; !errors.As(err, &function) || function.Type != "Runtime.ExitError" {
			t.Errorf("error of the running request = %v, want Runtime.ExitError", err)
		}
		if _, err := invoke(pool, `{}`); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("error of a later request = %v, want that the pool is closed", err)
		}
	})
	t.Run("closing again does nothing", func(*testing.T) { pool.Close() })
}

func TestOutput(t *testing.T) {
	t.Parallel()
	pool, logs := newPool(t, lambda.Options{}, lambda.Function{})
	mustInvoke(t, pool, `{"do":"print","text":"plain words"}`)
	mustInvoke(t, pool, `{"do":"print","text":"{\"time\":\"2026-01-02T03:04:05Z\",\"level\":\"WARN\",\"msg\":\"slow\",\"units\":12345678901234567890,\"deep\":{\"a\":1}}"}`)
	for sentence, want := range map[string]string{
		"a plain line is logged under the function's name": `level=INFO msg="plain words" function=Probe`,
		"a JSON line keeps time, level and attributes":     `time=2026-01-02T03:04:05.000Z level=WARN msg=slow function=Probe units=12345678901234567890 deep=map[a:1]`,
	} {
		t.Run(sentence, func(t *testing.T) {
			eventually(t, want, func() bool { return strings.Contains(logs.String(), want) })
		})
	}
}
