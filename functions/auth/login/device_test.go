package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// A device that a thief signed in with is not known any more once the password is another one.
func TestADevicesTokenEndsWithThePassword(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	var old, next signedIn
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &old)
	accounts := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	_, credential, err := accounts.Account(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := domain.NewEvent(domain.PasswordChanged, time.Now(), rand.Reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.ChangePassword(t.Context(), user.ID, credential.Hash, credential.Next(credential.Hash, time.Now()), changed); err != nil {
		t.Fatal(err)
	}
	api.Post(path, "", from(t, user.Email, localtest.Password, old.DeviceToken)).Data(t, http.StatusOK, &next)
	if next.DeviceToken == old.DeviceToken {
		t.Error("the device keeps the token that knew the old password")
	}
	lock(t, api, sleep, user.Email)
	api.Post(path, "", from(t, user.Email, localtest.Password, old.DeviceToken)).Fails(t, http.StatusTooManyRequests, "auth.locked")
	api.Post(path, "", from(t, user.Email, localtest.Password, next.DeviceToken)).Data(t, http.StatusOK, &signedIn{})
}

// While the limits table does not answer, guesses were judged without end.
func TestAnOutageOfTheLimitsTableBoundsGuesses(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user, other := stand.NewUser(t), stand.NewUser(t)
	stand.Intercept(localtest.Down("UpdateItem", "-limits"))
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			status := api.Post(path, "", body(t, user.Email, wrongPassword)).Status
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	all.Wait()
	if got := fmt.Sprint(statuses); got != "map[401:10 429:30]" {
		t.Errorf("statuses %s, want 10 of 40 judged", got)
	}
	api.Post(path, "", body(t, other.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	sleep(time.Minute)
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
}

// Who asks about one account more often than DynamoDB takes writes of an item opened its lock.
func TestAThrottledAccountIsNotJudged(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"ThrottlingException", "ProvisionedThroughputExceededException"} {
		stand := localtest.New(t)
		env, _ := stopped(t, stand)
		api := stand.ServeEnv(t, name, env, handler)
		user := stand.NewUser(t)
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action != "UpdateItem" {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"too many"}`, code)
		})
		before := len(stand.Calls(t, name))
		answer := api.Post(path, "", body(t, user.Email, wrongPassword))
		answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
		if got := answer.Header.Get("Retry-After"); got != "1" {
			t.Errorf("%s: Retry-After %q, want 1", code, got)
		}
		for _, call := range stand.Calls(t, name)[before:] {
			if call != "UpdateItem" {
				t.Errorf("%s: the password was judged: %s", code, call)
			}
		}
	}
}
