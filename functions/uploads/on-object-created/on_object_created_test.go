package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/events"
)

const name = "uploads/on-object-created"

func open(t testing.TB) (*localtest.Stand, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.NewUser(t)
}

// deliver hands the function S3's event of an object.
func deliver(t testing.TB, stand *localtest.Stand, key string) error {
	t.Helper()
	detail, err := json.Marshal(map[string]any{"version": "0", "bucket": map[string]string{"name": stand.Variable("UPLOADS_BUCKET")}, "object": map[string]any{"key": key, "size": 1}})
	if err != nil {
		t.Fatal(err)
	}
	env := stand.Env(t, name)
	return events.ServeObjects(env.Log, handler(env))(t.Context(), lambdaevents.EventBridgeEvent{Source: "aws.s3", DetailType: "Object Created", Detail: detail})
}

func TestOnObjectCreatedConfirmsForAClientThatVanished(t *testing.T) {
	t.Parallel()
	stand, user := open(t)
	content := files.PDF("1.7", 300)
	upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	buckets.Send(t, form, content)
	stand.WantCalls(t, name, func() {
		if err := deliver(t, stand, upload.StagingKey()); err != nil {
			t.Fatal(err)
		}
	})
	for range 2 { // it comes at least once
		if err := deliver(t, stand, upload.StagingKey()); err != nil {
			t.Fatal(err)
		}
	}
	if keys := buckets.Keys(t, stand); !slices.Equal(keys, []string{upload.State().Key}) {
		t.Errorf("objects %q", keys)
	}
	used, open := buckets.Used(t, stand, user)
	if n := localtest.With(stand.Items(t, "LEARNING_TABLE"), "event"); n != 1 || used.Files != 1 || open != 0 {
		t.Errorf("%d events, counted %+v, %d open", n, used, open)
	}
}

// Somebody died between the copy and the record.
func TestACopyThatIsThereIsConfirmed(t *testing.T) {
	t.Parallel()
	stand, user := open(t)
	content := files.PDF("1.7", 300)
	upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	buckets.Send(t, form, content)
	if err := buckets.Bucket(stand, "UPLOADS_BUCKET").Put(t.Context(), upload.State().Key, "application/pdf", content); err != nil {
		t.Fatal(err)
	}
	if err := deliver(t, stand, upload.StagingKey()); err != nil {
		t.Error(err)
	}
	if used, open := buckets.Used(t, stand, user); used.Files != 1 || open != 0 {
		t.Errorf("counted %+v, %d open", used, open)
	}
}

func TestDeletedMeanwhileNothingStays(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	user := stand.NewUser(t)
	upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	buckets.Send(t, form, files.PDF("1.7", 300))
	faults.DeleteAtCopy(t, user, upload)
	if err := deliver(t, stand, upload.StagingKey()); err != nil {
		t.Error(err)
	}
	if keys := buckets.Keys(t, stand); len(keys) != 0 {
		t.Errorf("objects %q", keys)
	}
}

// The event of the bytes that came later judges those.
func TestBytesThatChangeMeanwhileAreNotTaken(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	upload, form := buckets.Request(t, stand, stand.NewUser(t), "a.pdf", "application/pdf", 300)
	buckets.Send(t, form, files.PDF("1.7", 300))
	faults.ReplaceAtCopy(t, stand, upload)
	if err := deliver(t, stand, upload.StagingKey()); err != nil {
		t.Error(err)
	}
	if keys := buckets.Keys(t, stand); slices.Contains(keys, upload.State().Key) {
		t.Errorf("objects %q", keys)
	}
}

func TestWhatCannotBeConfirmedIsDone(t *testing.T) {
	t.Parallel()
	stand, user := open(t)
	upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	for _, key := range []string{upload.StagingKey() /* not there */, "staging/x/y", "staging/" + user.ID.String() + "/" + user.ID.String(), "files/x"} {
		if err := deliver(t, stand, key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if got := buckets.Send(t, form, make([]byte, 300)); got.Status != http.StatusNoContent {
		t.Fatalf("S3 answers %d", got.Status)
	}
	if err := deliver(t, stand, upload.StagingKey()); err != nil {
		t.Error(err)
	}
	if used, open := buckets.Used(t, stand, user); used != (domain.Usage{}) || open != 0 || len(buckets.Keys(t, stand)) != 0 {
		t.Errorf("counted %+v, %d open, objects %q", used, open, buckets.Keys(t, stand))
	}
}

// The function dies at each of its calls, before it is done and after; the event comes again.
func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	stand, _ := open(t)
	faults := buckets.Between(t, stand)
	n := int64(1)
	for more := true; more; n++ {
		for _, done := range []bool{false, true} {
			user := stand.NewUser(t)
			upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
			buckets.Send(t, form, files.PDF("1.7", 300))
			heal := faults.Die(n, done, func() {})
			died := deliver(t, stand, upload.StagingKey())
			more = heal() >= n
			err := deliver(t, stand, upload.StagingKey())
			if used, open := buckets.Used(t, stand, user); err != nil || used.Files != 1 || open != 0 {
				t.Errorf("dead at call %d, done: %v, which gave %v: then %v, counted %+v, %d open", n, done, died, err, used, open)
			}
		}
	}
	if n < 6 {
		t.Errorf("it makes %d calls", n-1)
	}
	// What is left in staging is the bucket's lifecycle's.
	stored := slices.DeleteFunc(buckets.Keys(t, stand), func(key string) bool { return strings.HasPrefix(key, "staging/") })
	if told := localtest.With(stand.Items(t, "LEARNING_TABLE"), "event"); len(stored) != 2*int(n-1) || told != len(stored) {
		t.Errorf("%d files and %d events after %d uploads", len(stored), told, 2*(n-1))
	}
}

func TestADeadDatabaseLetsTheEventComeAgain(t *testing.T) {
	t.Parallel()
	stand, user := open(t)
	upload, _ := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	stand.Intercept(localtest.Down())
	var unavailable *fault.Error
	if err := deliver(t, stand, upload.StagingKey()); !errors.As(err, &unavailable) || unavailable.Kind != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

// A form works until it expires: what comes by it when its upload is gone, deleted or erased with
// its user, does not stay.
func TestWhatNobodyWaitsForIsRemovedWhenItArrives(t *testing.T) {
	t.Parallel()
	stand, user := open(t)
	upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	env := stand.Env(t, "uploads/delete-upload")
	if _, err := env.Uploads().Change(t.Context(), user.ID, upload.State().ID, func(u *domain.Upload) (*domain.Event, error) { return u.Delete(env.Now(), env.Random) }); err != nil {
		t.Fatal(err)
	}
	if sent := buckets.Send(t, form, files.PDF("1.7", 300)); sent.Status != http.StatusNoContent {
		t.Fatalf("S3 answers %d", sent.Status)
	}
	for range 2 {
		if err := deliver(t, stand, upload.StagingKey()); err != nil {
			t.Fatal(err)
		}
	}
	if left := buckets.Versions(t, stand); len(left) != 0 {
		t.Errorf("there is still %q", left)
	}
}
