package fault_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/shared/domain/fault"
)

var errGone = fault.New(fault.NotFound, "thing.gone", "There is no such thing.")

func TestError(t *testing.T) {
	t.Parallel()
	t.Run("a fault with a cause is still the declared fault, and its cause is found", func(t *testing.T) {
		t.Parallel()
		err := fmt.Errorf("reading: %w", errGone.Because(io.ErrUnexpectedEOF))
		if !errors.Is(err, errGone) {
			t.Errorf("errors.Is(%v, errGone) = false, want true", err)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("errors.Is(%v, the cause) = false, want true", err)
		}
	})
	t.Run("another fault that tells clients the same code is another fault", func(t *testing.T) {
		t.Parallel()
		if other := fault.New(errGone.Kind, errGone.Code, errGone.Message); errors.Is(other, errGone) || errors.Is(errGone, other) {
			t.Error("errors.Is = true for two faults, want false")
		}
	})
	t.Run("a copy with a time or details is still the declared fault", func(t *testing.T) {
		t.Parallel()
		later := *errGone
		later.RetryAfter, later.Details = time.Second, []fault.Detail{{Field: "id"}}
		if !errors.Is(&later, errGone) || !errors.Is(later.Because(io.EOF), errGone) {
			t.Error("errors.Is = false for a copy, want true")
		}
	})
	t.Run("a fault of another code is another fault", func(t *testing.T) {
		t.Parallel()
		if errors.Is(fault.New(fault.NotFound, "thing.lost", errGone.Message), errGone) {
			t.Error("errors.Is = true for another code, want false")
		}
	})
	t.Run("a cause leaves the declared fault as it was and the public words alone", func(t *testing.T) {
		t.Parallel()
		got := errGone.Because(errors.New("secret-host:8000 refused"))
		if errors.Unwrap(errGone) != nil {
			t.Error("the declared fault has a cause now")
		}
		if got.Message != errGone.Message || got.Kind != errGone.Kind {
			t.Errorf("got kind %v and message %q, want %v and %q", got.Kind, got.Message, errGone.Kind, errGone.Message)
		}
		if !strings.Contains(got.Error(), "secret-host") {
			t.Errorf("Error() = %q, want it to name the cause for the logs", got.Error())
		}
	})
}

func TestAs(t *testing.T) {
	t.Parallel()
	t.Run("what is no fault is internal and its words are not shown", func(t *testing.T) {
		t.Parallel()
		got := fault.As(errors.New("password of db is hunter2"))
		if got.Kind != fault.Internal || strings.Contains(got.Message, "hunter2") {
			t.Errorf("got kind %v, message %q; want Internal and a fixed sentence", got.Kind, got.Message)
		}
		if errors.Unwrap(got) == nil {
			t.Error("the cause is lost to the logs")
		}
	})
	t.Run("a wrapped fault is found", func(t *testing.T) {
		t.Parallel()
		if got := fault.As(fmt.Errorf("a: %w", fmt.Errorf("b: %w", errGone))); got != errGone {
			t.Errorf("got %v, want %v", got, errGone)
		}
	})
	t.Run("the kind of a forgotten classification is Internal", func(t *testing.T) {
		t.Parallel()
		if got := (&fault.Error{}).Kind; got != fault.Internal {
			t.Errorf("zero kind = %v, want Internal", got)
		}
	})
}

func TestKinds(t *testing.T) {
	t.Parallel()
	got := fault.Kinds()
	if !slices.Contains(got, fault.Internal) || !slices.Contains(got, fault.Unavailable) {
		t.Errorf("Kinds() = %v, want first and last kind in it", got)
	}
	if n := int(slices.Max(got)) + 1; n != len(got) {
		t.Errorf("Kinds() has %d kinds, want %d", len(got), n)
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()
	t.Run("every broken rule is told at once, in order", func(t *testing.T) {
		t.Parallel()
		var d fault.Details
		d.Add("email", fault.New(fault.Invalid, "user.email_invalid", "must be a mail address"))
		d.Add("name", nil)
		d.Add("password", fmt.Errorf("outer: %w", fault.New(fault.Invalid, "auth.password_invalid", "must be longer")))
		got := fault.As(d.Err())
		want := []fault.Detail{{Field: "email", Code: "user.email_invalid", Message: "must be a mail address"}, {Field: "password", Code: "auth.password_invalid", Message: "must be longer"}}
		if got.Kind != fault.Invalid || !slices.Equal(got.Details, want) {
			t.Errorf("got kind %v, details %v; want Invalid and %v", got.Kind, got.Details, want)
		}
	})
	t.Run("an error that is no fault keeps its words to itself", func(t *testing.T) {
		t.Parallel()
		var d fault.Details
		d.Add("email", errors.New("strconv: parsing \"<script>\""))
		if got := fault.As(d.Err()).Details[0].Message; got != "is not valid" {
			t.Errorf("message = %q, want %q", got, "is not valid")
		}
	})
	t.Run("nothing recorded is no error", func(t *testing.T) {
		t.Parallel()
		var d fault.Details
		d.Add("email", nil)
		if err := d.Err(); err != nil {
			t.Errorf("Err() = %v, want nil", err)
		}
	})
	t.Run("InField names one field", func(t *testing.T) {
		t.Parallel()
		got := fault.As(fault.InField("limit", fault.New(fault.Invalid, "request.limit_invalid", "must be 1 to 100")))
		if got.Kind != fault.Invalid || !slices.Equal(got.Details, []fault.Detail{{Field: "limit", Code: "request.limit_invalid", Message: "must be 1 to 100"}}) {
			t.Errorf("got %+v", got)
		}
	})
}
