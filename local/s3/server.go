package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"

	"lyceum/local/address"
)

// Options of a server.
type Options struct {
	Dir       string                                            // folder of the data; "" is a temporary folder that Close removes
	Region    string                                            // that signatures must name
	Secret    func(accessKeyID string) (secret string, ok bool) // of each key that may sign; any session token is accepted with it
	Authorize func(Request) error                               // nil allows every call; an error is answered as AccessDenied with its text
	Log       *slog.Logger                                      // one debug line for each request; nil logs nothing
}

// Server is one S3 endpoint. Several can run in one process, each on its own folder.
type Server struct {
	app   *fiber.App
	store *store
	temp  string
}

// Limits of one server; more at once is answered with SlowDown.
const (
	maxConnections = 4096
	maxRequests    = 1024
)

// Open reads the data folder, or makes it. Nothing is served before Serve.
func Open(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{}
	if o.Dir == "" {
		temp, err := os.MkdirTemp("", "s3-")
		if err != nil {
			return nil, fmt.Errorf("S3 needs a temporary folder: %w", err)
		}
		o.Dir, s.temp = temp, temp
	}
	var err error
	if s.store, err = openStore(o); err == nil {
		s.app, err = newApp(o, s.store)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func newApp(o Options, store *store) (*fiber.App, error) {
	// The gateway grants this account everything. Nobody learns its key.
	root := middlewares.RootUserConfig{Access: rand.Text(), Secret: rand.Text()}
	gateway, err := s3api.New(store, root, o.Region, newKeys(o.Secret), nil, nil, nil, nil,
		s3api.WithQuiet(), s3api.WithKeepAlive(), s3api.WithConcurrencyLimiter(maxConnections, maxRequests), s3api.WithMpMaxParts(maxParts),
		s3api.WithMiddleware("/", onlyOwn), s3api.WithMiddleware("/", logRequest(o.Log)), s3api.WithMiddleware("/", errorsWithCORS(store)),
		s3api.WithMiddleware("/", readOut), s3api.WithMiddleware("/", oneSignature))
	if err != nil {
		return nil, err
	}
	// The gateway itself serves only on addresses that it binds, so its application is taken out to serve on a listener.
	field := reflect.ValueOf(gateway).Elem().FieldByName("app")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*fiber.App]() {
		return nil, errors.New("this release of versitygw keeps its application elsewhere")
	}
	app := (*fiber.App)(field.UnsafePointer())
	app.Server().DisablePreParseMultipartForm = true // the gateway parses forms itself; a broken one would be an internal error
	return app, nil
}

func logRequest(log *slog.Logger) fiber.Handler {
	return func(c fiber.Ctx) error {
		if !log.Enabled(c.RequestCtx(), slog.LevelDebug) {
			return c.Next()
		}
		begin, method, path := time.Now(), c.Method(), string(c.Request().URI().Path())
		err := c.Next()
		log.Debug("s3", "method", method, "path", path, "status", c.Response().StatusCode(), "ms", time.Since(begin).Milliseconds())
		return err
	}
}

// onlyOwn refuses requests to names of others that resolve to this machine.
func onlyOwn(c fiber.Ctx) error {
	if !address.Own(string(c.Request().Host())) {
		return c.Status(fiber.StatusMisdirectedRequest).SendString("this server is for the machine it runs on")
	}
	return c.Next()
}

// errorsWithCORS gives browsers the reason of a refusal too: the gateway judges the signature of most requests before the origin.
func errorsWithCORS(store *store) fiber.Handler {
	headers := middlewares.ApplyBucketCORS(store, func(c fiber.Ctx) (string, error) {
		bucket, _, _ := strings.Cut(strings.TrimPrefix(c.Path(), "/"), "/")
		return bucket, nil
	}, "")
	return func(c fiber.Ctx) error {
		err := c.Next()
		if err == nil && c.Response().StatusCode() >= 400 && len(c.Response().Header.Peek("Access-Control-Allow-Origin")) == 0 {
			err = headers(c)
		}
		return err
	}
}

// Serve answers requests on ln, which it closes, until Close. It then returns nil.
func (s *Server) Serve(ln net.Listener) error {
	return s.app.Listener(ln, fiber.ListenConfig{DisableStartupMessage: true})
}

// Close ends running requests after at most two seconds and gives the folder free.
func (s *Server) Close() error {
	var errs []error
	if s.app != nil {
		if err := s.app.ShutdownWithTimeout(2 * time.Second); !errors.Is(err, fiber.ErrNotRunning) && !errors.Is(err, context.DeadlineExceeded) {
			errs = append(errs, err)
		}
	}
	if s.store != nil {
		errs = append(errs, s.store.close())
	}
	if s.temp != "" {
		errs = append(errs, os.RemoveAll(s.temp))
	}
	return errors.Join(errs...)
}
