package main

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/award-certificate"

func completed(t testing.TB, user, track string) domain.Event {
	t.Helper()
	event, err := domain.NewEvent(domain.TrackCompleted, time.Now(), rand.Reader, map[string]string{"userId": user, "track": track})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func certificates(t testing.TB, stand *localtest.Stand, user localtest.User) []domain.Certificate {
	t.Helper()
	all, err := dynamo.Certificates{Table: stand.Table("LEARNING_TABLE")}.Certificates(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func deliver(t testing.TB, consumer *localtest.Consumer, event domain.Event) {
	t.Helper()
	if err := consumer.Deliver(event); err != nil {
		t.Error(err)
	}
}

func TestAwardCertificateMakesOneForEachTrack(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	consumer := stand.Consume(t, name, handler)
	user := stand.NewUser(t)
	event := completed(t, user.ID.String(), "go")
	stand.WantCalls(t, name, func() { deliver(t, consumer, event) })
	first := certificates(t, stand, user)
	if len(first) != 1 || first[0].Track.String() != "go" || !first[0].AwardedAt.Equal(event.At) {
		t.Fatalf("got %+v", first)
	}
	badge, id, err := stand.Env(t, "progress/get-certificate").CredentialVerifier().Verify(t.Context(), first[0].Credential)
	if err != nil || id != first[0].ID || badge.CredentialSubject.Identifier[0].IdentityHash != "Test Learner" {
		t.Errorf("the badge says %+v, %v", badge, err)
	}
	if strings.Contains(id.String(), user.ID.String()) || strings.Contains(badge.ID+badge.Sub, user.ID.String()) {
		t.Error("the badge names the account")
	}
	var all sync.WaitGroup
	for range 5 { // the event comes again, and another one for the same track
		all.Go(func() { deliver(t, consumer, event) })
		all.Go(func() { deliver(t, consumer, completed(t, user.ID.String(), "go")) })
		all.Go(func() { deliver(t, consumer, completed(t, user.ID.String(), "rust")) })
	}
	all.Wait()
	if after := certificates(t, stand, user); len(after) != 2 || after[0] != first[0] {
		t.Errorf("got %+v, want the first as it was and another", after)
	}
}

func TestAwardCertificateIsSafeAtEachCall(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"GetItem", "PutItem", "CERTKEY"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			consumer := stand.Consume(t, name, handler)
			user := stand.NewUser(t)
			event := completed(t, user.ID.String(), "go")
			stand.Intercept(localtest.Down(action))
			if err := consumer.Deliver(event); err == nil {
				t.Error("the failure is not told, so the event does not come again")
			}
			intercept, lost := localtest.LoseAnswer("PutItem", "CERTIFICATE")
			stand.Intercept(intercept)
			if deliver(t, consumer, event); lost.Load() != 1 || len(certificates(t, stand, user)) != 1 {
				t.Errorf("%d certificates after %d lost answers", len(certificates(t, stand, user)), lost.Load())
			}
		})
	}
}

func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	consumer := stand.Consume(t, name, handler)
	stand.EachDeath(t, func() (func() error, func(*testing.T)) {
		user := stand.NewUser(t)
		event := completed(t, user.ID.String(), "go")
		return func() error { return consumer.Deliver(event) }, func(t *testing.T) {
			if all := certificates(t, stand, user); len(all) != 1 {
				t.Errorf("%d certificates, want one", len(all))
			}
		}
	})
}

func TestAwardCertificateNeedsAUserAndATrack(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	consumer := stand.Consume(t, name, handler)
	deliver(t, consumer, completed(t, stand.Ghost(t).ID.String(), "go")) // gone meanwhile
	for user, track := range map[string]string{"x": "go", stand.NewUser(t).ID.String(): "Go#"} {
		if err := consumer.Deliver(completed(t, user, track)); err == nil {
			t.Errorf("user %s, track %s: no error", user, track)
		}
	}
	if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
		t.Errorf("kept %v", items)
	}
}
