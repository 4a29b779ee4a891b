package lambda

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// newRuntimeServer serves the Runtime API, version 2018-06-01, to the one process of e. A request for another host than
// address is refused, so that no web page can reach it through a name of its own.
func newRuntimeServer(e *environment, address string) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.initFailure)
	return &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Host != address {
				refuse(w, http.StatusForbidden, "InvalidHost", "the runtime API is at "+address)
				return
			}
			mux.ServeHTTP(w, r)
		}),
	}
}

// next completes the request that was answered before and waits for another.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	if !e.complete() {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the previous invocation has not been answered")
		return
	}
	select {
	case inv := <-e.work:
		e.mu.Lock()
		e.current = inv
		e.mu.Unlock()
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", e.fn.pool.arn(e.fn.cfg.Name))
		h.Set("Lambda-Runtime-Trace-Id", traceID(inv.id))
		w.Write(inv.payload) // a process that is gone is noticed by its exit
	case <-r.Context().Done():
	}
}

// complete ends the current invocation, and init at the first call. It reports false when the invocation is unanswered.
func (e *environment) complete() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil {
		select {
		case <-e.ready:
		default:
			close(e.ready)
		}
		return true
	}
	if !e.current.answered {
		return false
	}
	close(e.current.done)
	e.current = nil
	return true
}

func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r.Body, MaxResponseBytes)
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	if len(body) > MaxResponseBytes {
		e.answer(w, r, nil, newFunctionError("Function.ResponseSizeTooLarge",
			"Response payload size exceeded maximum allowed payload size (%d bytes).", MaxResponseBytes))
		return
	}
	// A response that fails while it is streamed says so in its trailers.
	if kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); kind != "" {
		document, _ := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
		e.answer(w, r, nil, parseFunctionError(kind, document))
		return
	}
	e.answer(w, r, body, nil)
}

func (e *environment) failure(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r.Body, MaxResponseBytes)
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	e.answer(w, r, nil, parseFunctionError(r.Header.Get("Lambda-Runtime-Function-Error-Type"), body))
}

// answer records the outcome of the current invocation, once.
func (e *environment) answer(w http.ResponseWriter, r *http.Request, response []byte, failure *FunctionError) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current.id != r.PathValue("id") || e.current.answered {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "that invocation is not in progress")
		return
	}
	e.current.answered, e.current.response = true, response
	if failure != nil {
		e.current.err = failure
		if failure.Type == "Function.ResponseSizeTooLarge" {
			refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", failure.Message)
			return
		}
	}
	accept(w)
}

func (e *environment) initFailure(w http.ResponseWriter, r *http.Request) {
	body, err := readAll(r.Body, MaxResponseBytes)
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.initErr = parseFunctionError(r.Header.Get("Lambda-Runtime-Function-Error-Type"), body)
	accept(w)
}

// readAll reads at most limit+1 bytes and drains up to ten times as many, so that the sender can read the answer.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		_, err = io.CopyN(io.Discard, r, 10*limit)
		if err == io.EOF {
			err = nil
		}
	}
	return body, err
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"errorType": kind, "errorMessage": message})
}

// traceID makes an X-Ray header, never sampled, from the request id, a UUID.
func traceID(requestID string) string {
	digits := requestID[:8] + requestID[9:13] + requestID[14:18] + requestID[19:23] + requestID[24:]
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), digits[:24], digits[16:])
}
