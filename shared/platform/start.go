package platform

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"lyceum/shared/events"
	"lyceum/shared/httpapi"
)

// Start is the whole main of a function behind a route: it builds the handler from the environment, opens the connections and serves
// until Lambda ends the process. With a wrong configuration it logs every mistake and ends with status 1, which Lambda reports as an
// init error.
func Start(build func(*Env) httpapi.Handler) {
	start(func(env *Env) httpapi.Handler { return env.Wrap(build(env)) }, func(env *Env, h httpapi.Handler) any { return httpapi.Serve(env.Log, h) })
}

// Consume is Start for a function behind a rule of the event bus.
func Consume(build func(*Env) events.Handler) {
	start(build, func(env *Env, h events.Handler) any { return events.Serve(env.Log, h) })
}

// ConsumeS3 is Start for a function behind S3's own events.
func ConsumeS3(build func(*Env) events.ObjectHandler) {
	start(build, func(env *Env, h events.ObjectHandler) any { return events.ServeObjects(env.Log, h) })
}

// Wrap puts around a handler what every function behind a route has: the proxy in front, if there
// is one, and the limits.
func (e *Env) Wrap(h httpapi.Handler) httpapi.Handler {
	return httpapi.BehindProxy(e.Lookup("PROXY_SECRET"), e.Meter().Wrap(h))
}

func start[Handler any](build func(*Env) Handler, serve func(*Env, Handler) any) {
	env := NewEnv(os.Getenv, os.Stdout)
	handler := build(env)
	if err := env.Err(); err != nil {
		env.Log.Error("the configuration is wrong", "cause", err.Error())
		os.Exit(1)
	}
	env.connect()
	lambda.Start(serve(env, handler))
}
