package events_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"reflect"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
	"lyceum/shared/events"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	want, err := domain.NewEvent(domain.UserCreated, time.Now().UTC(), rand.Reader, map[string]string{"userId": "1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("gives back what Encode was given", func(t *testing.T) {
		t.Parallel()
		envelope, err := events.Encode(want, "eu-west-1")
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Decode(envelope)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if envelope.Source != "lyceum" || envelope.DetailType != "user.created" {
			t.Errorf("envelope = %+v", envelope)
		}
	})
	for name, detail := range map[string]string{
		"no JSON": `x`, "an id that is none": `{"id":{"S":"1"},"version":{"N":"1"}}`, "no version": `{"id":{"S":"` + want.ID.String() + `"}}`,
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			if _, err := events.Decode(lambdaevents.EventBridgeEvent{Detail: []byte(detail)}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestServeReturnsTheFailureSoThatTheEventComesAgain(t *testing.T) {
	t.Parallel()
	event, err := domain.NewEvent(domain.UserCreated, time.Now(), rand.Reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := events.Encode(event, "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	down := errors.New("down")
	serve := events.Serve(slog.New(slog.DiscardHandler), func(context.Context, domain.Event) error { return down })
	if err := serve(t.Context(), envelope); !errors.Is(err, down) {
		t.Errorf("got %v, want the handler's error", err)
	}
}
