package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
)

const key = `"8e03978e-40d5-43dd-bc93-6894a57f9324"`

// keyed is a request with an Idempotency-Key.
func keyed(r localtest.Request, key string) localtest.Request {
	r.Header = r.Header.Clone()
	r.Header.Set("Idempotency-Key", key)
	return r
}

// clock is the function's, which the test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time        { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) move(by time.Duration) { c.ahead.Add(int64(by)) }

func openWithClock(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User, *clock) {
	t.Helper()
	stand, clock := localtest.New(t), &clock{}
	buckets.Open(t, stand)
	env := stand.Env(t, name)
	env.Now = clock.now
	return stand, stand.ServeEnv(t, name, env, handler), stand.NewUser(t), clock
}

// madeOnce checks that one upload is all there is: one record, one event, one object, with the bytes.
func madeOnce(t testing.TB, stand *localtest.Stand, owner localtest.User, got upload) {
	t.Helper()
	items := stand.Items(t, "LEARNING_TABLE")
	if records, events := localtest.With(items, "objectKey"), localtest.With(items, "event"); records != 1 || events != 1 {
		t.Errorf("%d records and %d events, want one of each", records, events)
	}
	bucket := buckets.Bucket(stand, "UPLOADS_BUCKET")
	list, err := bucket.Client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket.Name})
	if err != nil || len(list.Contents) != 1 {
		t.Errorf("objects %v, %v; want one", list, err)
	}
	if _, content, err := record(t, stand, owner, got.ID); err != nil || !bytes.Equal(content, pngFile(t)) {
		t.Errorf("upload %s has %d bytes, %v", got.ID, len(content), err)
	}
}

// refused checks for a 409 and returns its Retry-After in seconds, 0 for none.
func refused(t testing.TB, answer localtest.Answer, code string) int {
	t.Helper()
	if answer.Status != http.StatusConflict || !strings.Contains(string(answer.Body), `"code":"`+code+`"`) {
		t.Fatalf("got %d %s, want 409 %s", answer.Status, answer.Body, code)
	}
	seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
	return seconds
}

func TestU23ARepeatedRequestIsAnsweredAsTheFirst(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	request := keyed(file(user.Token, "a.png", pngFile(t)), key)
	first := api.Do(request)
	var got upload
	first.Data(t, http.StatusCreated, &got)
	otherBoundary := request
	otherBoundary.Body = strings.ReplaceAll(request.Body, "--x", "--y")
	otherBoundary.Header = request.Header.Clone()
	otherBoundary.Header.Set("Content-Type", "multipart/form-data; boundary=y")
	for what, again := range map[string]localtest.Request{
		"the same": request, "with another boundary": otherBoundary, "with a bare key": keyed(request, strings.Trim(key, `"`)),
	} {
		answer := api.Do(again)
		answer.Data(t, http.StatusCreated, &upload{})
		if !bytes.Equal(answer.Body, first.Body) || answer.Header.Get("Location") != got.URL || answer.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: got %s %v, want %s", what, answer.Body, answer.Header, first.Body)
		}
	}
	if first.Header.Get("Idempotency-Replayed") != "" {
		t.Error("the first answer says that it is a repetition")
	}
	madeOnce(t, stand, user, got)
	t.Run("another file, name or query with the key is refused", func(t *testing.T) {
		query := request
		query.Path += "?a=b"
		file, name := keyed(file(user.Token, "a.png", jpegFile(t)), key), keyed(file(user.Token, "b.png", pngFile(t)), key)
		for _, other := range []localtest.Request{file, name, query} {
			if after := refused(t, api.Do(other), "idempotency.key_reused"); after != 0 {
				t.Errorf("Retry-After %d", after)
			}
		}
		madeOnce(t, stand, user, got)
	})
	t.Run("another user's key is another, and so is another key", func(t *testing.T) {
		ofAnother := keyed(file(stand.NewUser(t).Token, "a.png", pngFile(t)), key)
		for _, other := range []localtest.Request{ofAnother, keyed(request, "another"), file(user.Token, "a.png", pngFile(t))} {
			var next upload
			api.Do(other).Data(t, http.StatusCreated, &next)
			if next.ID == got.ID {
				t.Error("it got the same upload")
			}
		}
	})
}

func TestU23ARefusalIsRepeatedToo(t *testing.T) {
	t.Parallel()
	_, api, user := open(t)
	request := keyed(file(user.Token, "a.png", []byte("just text, long enough to be something")), key)
	first := api.Do(request)
	first.Fails(t, http.StatusUnsupportedMediaType, "upload.type_unsupported")
	if again := api.Do(request); again.Status != first.Status || !bytes.Equal(again.Body, first.Body) || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d %s %v, want %s", again.Status, again.Body, again.Header, first.Body)
	}
}

func TestU23AKeyCostsTwoCalls(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	request := file(user.Token, "a.png", pngFile(t))
	calls := func(r localtest.Request) []string {
		before := len(stand.Calls(t, name))
		api.Do(r)
		return stand.Calls(t, name)[before:]
	}
	without := calls(request)
	want := append(slices.Insert(slices.Clone(without), 1, "PutItem"), "UpdateItem")
	if got := calls(keyed(request, key)); !slices.Equal(got, want) {
		t.Errorf("with a key %q, want %q", got, want)
	}
	want = []string{without[0], "PutItem"}
	if got := calls(keyed(request, key)); !slices.Equal(got, want) {
		t.Errorf("a repetition %q, want %q", got, want)
	}
}

func TestU23OfTwentyAtOnceOneRuns(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	request := keyed(file(user.Token, "a.png", pngFile(t)), key)
	answers := make([]localtest.Answer, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = api.Do(request) })
	}
	all.Wait()
	var got upload
	ran := 0
	for _, answer := range answers {
		if answer.Status != http.StatusCreated {
			if after := refused(t, answer, "idempotency.in_progress"); after < 1 || after > 25 {
				t.Errorf("Retry-After %d, want the rest of 20 s and 5 s", after)
			}
			continue
		}
		var one upload
		answer.Data(t, http.StatusCreated, &one)
		if answer.Header.Get("Idempotency-Replayed") == "" {
			ran++
		}
		if got.ID != "" && one.ID != got.ID {
			t.Errorf("uploads %s and %s", got.ID, one.ID)
		}
		got = one
	}
	if ran != 1 {
		t.Errorf("%d ran, want 1", ran)
	}
	madeOnce(t, stand, user, got)
}

// dead is a function that dies at its call number n (from 1), before DynamoDB does it or after: it makes no other call.
func dead(n int, done bool) localtest.Intercept {
	var calls atomic.Int64
	return func(_ string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		call := int(calls.Add(1))
		if call < n {
			next.ServeHTTP(w, r)
			return
		}
		if call == n && done {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	}
}

func TestU23AFunctionThatDiesLeavesNothingTwice(t *testing.T) {
	t.Parallel()
	const calls = 5 // BatchGetItem for the session, PutItem, BatchGetItem for the quota, TransactWriteItems, UpdateItem
	for n := 1; n <= calls; n++ {
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprintf("at call %d, done: %v", n, done), func(t *testing.T) {
				t.Parallel()
				stand, api, user, clock := openWithClock(t)
				request := keyed(file(user.Token, "a.png", pngFile(t)), key)
				stand.Intercept(dead(n, done))
				api.Do(request) // whatever is answered: a dead function's client gets nothing
				stand.Intercept(nil)
				answer := api.Do(request)
				if leased := n == 2 && done || n == 3 || n == 4 || n == 5 && !done; leased {
					after := refused(t, answer, "idempotency.in_progress")
					if after < 15 || after > 25 {
						t.Fatalf("Retry-After %d, want the rest of 20 s and 5 s", after)
					}
					clock.move(time.Duration(after) * time.Second)
					answer = api.Do(request)
				}
				var got, again upload
				answer.Data(t, http.StatusCreated, &got)
				api.Do(request).Data(t, http.StatusCreated, &again)
				if got != again {
					t.Errorf("got %+v, then %+v", got, again)
				}
				madeOnce(t, stand, user, got)
			})
		}
	}
}

func TestU23AfterAFailureARepetitionRunsAtOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	request := keyed(file(user.Token, "a.png", pngFile(t)), key)
	stand.Intercept(localtest.Down("TransactWriteItems"))
	api.Do(request).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	var got upload
	answer := api.Do(request)
	answer.Data(t, http.StatusCreated, &got)
	if answer.Header.Get("Idempotency-Replayed") != "" {
		t.Error("it was answered from memory")
	}
	madeOnce(t, stand, user, got)
}

func TestU23WithoutItsStoreTheGuaranteeIsRefused(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	request := keyed(file(user.Token, "a.png", pngFile(t)), key)
	stand.Intercept(localtest.Down("PutItem", "IDEMPOTENCY#"))
	api.Do(request).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
		t.Errorf("a refused request left %v", items)
	}
	api.Do(file(user.Token, "a.png", pngFile(t))).Data(t, http.StatusCreated, &upload{}) // asks for none
}

func TestU23AnAnswerThatCannotBeKeptIsGivenAllTheSame(t *testing.T) {
	t.Parallel()
	stand, api, user, clock := openWithClock(t)
	request := keyed(file(user.Token, "a.png", pngFile(t)), key)
	stand.Intercept(localtest.Down("UpdateItem", "IDEMPOTENCY#"))
	var got, again upload
	api.Do(request).Data(t, http.StatusCreated, &got)
	stand.Intercept(nil)
	clock.move(25 * time.Second)
	api.Do(request).Data(t, http.StatusCreated, &again)
	if got != again {
		t.Errorf("got %+v, then %+v", got, again)
	}
	madeOnce(t, stand, user, got)
}

func TestU23AStrangerLearnsNothingOfAKey(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	request := keyed(file(user.Token, "a.png", pngFile(t)), key)
	api.Do(request).Data(t, http.StatusCreated, &upload{})
	request.Token = "nonsense"
	api.Do(request).Fails(t, http.StatusUnauthorized, "auth.token_invalid")
	if n := localtest.With(stand.Items(t, "EPHEMERAL_TABLE"), "fingerprint"); n != 1 {
		t.Errorf("%d keys are remembered, want 1", n)
	}
}
