package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "users/delete-me"
	path = "/api/users/me"
)

// remove asks for the erasure.
func remove(api *localtest.API, token, password string) localtest.Answer {
	return api.Do(localtest.Request{Method: http.MethodDelete, Path: path, Token: token, Body: fmt.Sprintf(`{"password":%q}`, password)})
}

// life is a user with something of every kind.
func life(t testing.TB, stand *localtest.Stand, address string, lessons int) (user localtest.User, token string) {
	t.Helper()
	user = stand.NewUserOf(t, address, auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1})
	other := stand.NewUser(t)
	token = stand.SignIn(t, user, "laptop of "+address, time.Now()).AccessToken
	stand.SignIn(t, user, "phone of "+address, time.Now())
	for i := range lessons {
		lesson := stand.NewLesson(t, "go", i)
		stand.Complete(t, user, lesson, 50, time.Now())
		if i < 2 {
			like(t, stand, user.ID, lesson)
			like(t, stand, other.ID, lesson)
		}
	}
	bucket := buckets.Bucket(stand, "UPLOADS_BUCKET")
	made, event, err := domain.NewUpload(user.ID, bucket.Place(), address+".pdf", pdf, time.Now(), rand.Reader)
	must(t, err)
	must(t, bucket.Put(t.Context(), made.State().Key, "application/pdf", pdf))
	must(t, bucket.Put(t.Context(), made.State().Key, "application/pdf", append(pdf, '\n'))) // a second version
	must(t, dynamo.Uploads{
		Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}, Now: time.Now,
	}.Create(t.Context(), made, domain.Usage{Bytes: 1 << 30, Files: 500}, event))
	keys := dynamo.Idempotency{Table: stand.Table("EPHEMERAL_TABLE"), Now: time.Now, Random: rand.Reader}
	_, _, err = keys.Begin(t.Context(), domain.Repeatable{User: user.ID, Route: "x", Key: "y", Fingerprint: []byte("z")}, time.Minute)
	must(t, err)
	return user, token
}

func like(t testing.TB, stand *localtest.Stand, user domain.UserID, lesson *domain.Lesson) {
	t.Helper()
	likes := dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}}
	_, err := likes.Like(t.Context(), user, lesson.State().ID, func(_ *domain.Lesson, l *domain.Like) (int, []domain.Event, error) {
		change, _ := l.Set(true, time.Now())
		return change, nil, nil
	})
	must(t, err)
}

// countsOfLikes checks that each lesson has exactly the like of the other user left.
func countsOfLikes(t testing.TB, stand *localtest.Stand) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if n, ok := item["likes"]; ok && n != float64(1) {
			t.Errorf("%v has %v likes, want the other user's", item["pk"], n)
		}
	}
}

var pdf = []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// traces are the items that name the user in any way, and the objects' versions.
func traces(t testing.TB, stand *localtest.Stand, user localtest.User) (found []string) {
	t.Helper()
	for _, table := range []string{"IDENTITY_TABLE", "LEARNING_TABLE", "EPHEMERAL_TABLE", "LIMITS_TABLE"} {
		for _, item := range stand.Items(t, table) {
			text := fmt.Sprintf("%v", item)
			for _, word := range []string{user.ID.String(), user.Email, "Test Learner " + user.Email} {
				if strings.Contains(text, word) {
					found = append(found, fmt.Sprint(item["pk"], " ", item["sk"]))
					break
				}
			}
		}
	}
	bucket := buckets.Bucket(stand, "UPLOADS_BUCKET")
	versions, err := bucket.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket.Name})
	must(t, err)
	for _, v := range versions.Versions {
		found = append(found, "object "+*v.Key)
	}
	for _, v := range versions.DeleteMarkers {
		found = append(found, "mark of "+*v.Key)
	}
	return found
}

// listed are the traces that a receipt names: its own item, and events.
func listed(trace string, user localtest.User) bool {
	return trace == "USER#"+user.ID.String()+" SESSION#EPOCH" || strings.HasPrefix(trace, "OUTBOX#")
}

// D07: deleting a user was a TypeError. D56: it left files, sessions, likes and caches.
func TestD07D56EverythingIsErased(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	ana, token := life(t, stand, "ana@example.org", 30) // more than one batch
	buckets.Pictures(t, stand, ana)
	var got Out
	remove(api, token, localtest.Password).Data(t, http.StatusOK, &got)
	for _, trace := range traces(t, stand, ana) {
		if !listed(trace, ana) {
			t.Errorf("there is still %s", trace)
		}
	}
	countsOfLikes(t, stand)
	counts := map[string]int{}
	for _, e := range got.Erased {
		counts[e.Store+" "+e.Kind] = e.Count
	}
	want := map[string]int{
		"identity account": 1, "identity credential": 1, "identity address": 1, "learning progress": 30, "learning done": 30, "learning summary": 1,
		"learning like": 2, "learning avatar": 1, "learning upload": 3, "learning quota": 1, "files object": 3 + 1 + len(domain.ThumbnailSizes), "ephemeral session": 2, "ephemeral idempotency": 1,
	}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("the receipt counts\n got %v\nwant %v", counts, want)
	}
	if got.UserID != ana.ID.String() || got.EndedAt == "" || len(got.Remains) != 7 || strings.Contains(fmt.Sprint(got), "ana@") {
		t.Errorf("the receipt is %+v", got)
	}
	t.Run("again it answers the same", func(t *testing.T) {
		var again Out
		remove(api, token, "no matter").Data(t, http.StatusOK, &again)
		if a, b := fmt.Sprint(got), fmt.Sprint(again); a != b {
			t.Errorf("got  %s\nthen %s", a, b)
		}
	})
	t.Run("other tokens of theirs are not good any more, nor is this one elsewhere", func(t *testing.T) {
		remove(api, ana.Token, localtest.Password).Fails(t, http.StatusUnauthorized, "auth.session_ended")
		caller, err := stand.Env(t, name).Tokens().Verify(token)
		must(t, err)
		sessions := dynamo.Sessions{Table: stand.Table("EPHEMERAL_TABLE"), Now: time.Now}
		if err := sessions.Standing(t.Context(), caller); err != domain.ErrSessionEnded {
			t.Errorf("elsewhere: %v", err)
		}
		must(t, sessions.EndAll(t.Context(), ana.ID, time.Now())) // a logout-all that was under way
		remove(api, token, "").Data(t, http.StatusOK, &Out{})
	})
	t.Run("the address is free", func(t *testing.T) {
		stand.NewUserOf(t, "ana@example.org", auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1})
	})
}

func TestDeleteMeAsksForThePassword(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	user, other := stand.NewUser(t), stand.NewUser(t)
	for _, password := range []string{"", "wrong horse battery"} {
		if got := remove(api, user.Token, password).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "password" {
			t.Errorf("details name %q, want password", got)
		}
	}
	for range 4 {
		remove(api, user.Token, "wrong horse battery")
	}
	remove(api, user.Token, localtest.Password).Fails(t, http.StatusTooManyRequests, "auth.locked")
	if n := len(stand.Items(t, "LEARNING_TABLE")); n != 0 {
		t.Errorf("%d events before the password was right", n)
	}
	stand.WantCalls(t, name, func() { remove(api, other.Token, localtest.Password).Data(t, http.StatusOK, &Out{}) })
	ghost := stand.Ghost(t)
	remove(api, ghost.Token, localtest.Password).Fails(t, http.StatusNotFound, "user.not_found")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodDelete, Path: path, Body: `{"password":"x"}`})
	api.RefusesBadJSONBy(t, http.MethodDelete, path, stand.NewUser(t).Token, `{"password":"x"}`)
}

// Killed before or after each call to DynamoDB, a second DELETE finishes.
func TestADeathAnywhereIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{false, true} { // whether the call at which it dies took effect
		stand := localtest.New(t)
		buckets.Open(t, stand)
		api := stand.Serve(t, name, handler)
		for at := 1; ; at++ {
			user, token := life(t, stand, fmt.Sprintf("ana%d@example.org", at), 2)
			var calls atomic.Int64
			stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
				if n := calls.Add(1); n == int64(at) && done {
					next.ServeHTTP(&nowhere{}, r)
					die(w)
					return
				} else if n >= int64(at) {
					die(w)
					return
				}
				next.ServeHTTP(w, r)
			})
			first := remove(api, token, localtest.Password)
			stand.Intercept(nil)
			if first.Status != http.StatusOK && first.Status != http.StatusInternalServerError {
				t.Fatalf("dead at call %d: %d %s", at, first.Status, first.Body)
			}
			var got Out
			remove(api, token, localtest.Password).Data(t, http.StatusOK, &got)
			for _, trace := range traces(t, stand, user) {
				if !listed(trace, user) {
					t.Errorf("dead at call %d (done %v): there is still %s", at, done, trace)
				}
			}
			countsOfLikes(t, stand)
			if text, _ := json.Marshal(got.Erased); !bytes.Contains(text, []byte(`"progress","count":2`)) {
				t.Errorf("dead at call %d: the receipt says %s", at, text)
			}
			if first.Status == http.StatusOK {
				if at < 12 {
					t.Errorf("it did not die in %d calls", at)
				}
				break
			}
		}
	}
}

// die answers what the SDK does not try again.
func die(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"dead"}`)
}

// nowhere is an answer that nobody gets.
type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header {
	if n.header == nil {
		n.header = http.Header{}
	}
	return n.header
}
func (*nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (*nowhere) WriteHeader(int)             {}

func TestAnAdminLeavesUnlessTheyAreTheLast(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, "users/delete-me", handler)
	admin := func(address string) string {
		user := stand.NewUserOf(t, address, auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1})
		stand.SetRole(t, user.ID, domain.Admin)
		return stand.SignIn(t, user, "", time.Now()).AccessToken
	}
	ada, bo := admin("ada@example.org"), admin("bo@example.org")
	remove(api, ada, localtest.Password).Data(t, http.StatusOK, new(Out))
	remove(api, bo, localtest.Password).Fails(t, http.StatusConflict, "user.last_admin")
}
