package dynamo_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

func uploads(stand *localtest.Stand) dynamo.Uploads {
	return dynamo.Uploads{Table: table(stand, "LEARNING_TABLE", 3), Region: localtest.Region, Regions: []string{localtest.Region}, Now: func() time.Time { return noon }}
}

// plenty is a limit that no test meets.
var plenty = domain.Usage{Bytes: 1 << 60, Files: 1 << 30}

type upload struct {
	record    *domain.Upload
	confirmed domain.Event
}

func newUpload(t testing.TB, owner domain.UserID) upload {
	t.Helper()
	record, confirmed, err := domain.NewUpload(owner, domain.Place{Bucket: "a-bucket", Region: localtest.Region}, "notes.pdf", []byte("%PDF-1.7\n"+strings.Repeat(" ", 32)+"%%EOF"), noon, random{})
	must(t, err)
	return upload{record, confirmed}
}

// document is the map in an attribute.
func document(t testing.TB, v types.AttributeValue) map[string]types.AttributeValue {
	t.Helper()
	m, ok := v.(*types.AttributeValueMemberM)
	if !ok {
		t.Fatalf("got %v, want a map", v)
	}
	return m.Value
}

func TestD02EveryFieldOfAnUploadComesBack(t *testing.T) {
	t.Parallel()
	in := uploads(localtest.New(t))
	r := rand.New(rand.NewPCG(6, 6))
	for i := range 100 {
		want := domain.UploadState{
			ID: newID[domain.Upload](t), Owner: newID[domain.User](t), OriginalName: anyText(r, 60), ContentType: anyText(r, 20), Size: r.Int64N(1 << 40),
			SHA256: anyText(r, 44), Key: anyText(r, 60), Place: domain.Place{Bucket: anyText(r, 60), Region: anyText(r, 20)}, Parts: anyText(r, 40),
			Status: domain.StatusConfirmed, Reason: anyText(r, 20), ETag: anyText(r, 34), Thumbnails: domain.Thumbnails(anyText(r, 9)), Until: anyTime(r), CreatedAt: anyTime(r),
		}
		event, err := domain.NewEvent(domain.UploadConfirmed, noon, random{}, map[string]string{"uploadId": want.ID.String()})
		must(t, err)
		must(t, in.Create(t.Context(), domain.RestoreUpload(want), plenty, event))
		got, err := in.Upload(t.Context(), want.Owner, want.ID)
		must(t, err)
		if got.State() != want {
			t.Fatalf("upload %d = %+v, want %+v", i, got.State(), want)
		}
	}
}

func TestUploads(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := uploads(stand)
	ana := newID[domain.User](t)
	mine := newUpload(t, ana)
	must(t, in.Create(t.Context(), mine.record, plenty, mine.confirmed))

	t.Run("another's upload is not found", func(t *testing.T) {
		_, err := in.Upload(t.Context(), newID[domain.User](t), mine.record.State().ID)
		is(t, err, domain.ErrNoUpload)
	})
	t.Run("one that nobody made is not found", func(t *testing.T) {
		_, err := in.Upload(t.Context(), ana, newID[domain.Upload](t))
		is(t, err, domain.ErrNoUpload)
	})
	t.Run("the event is in the outbox for a week, with its region", func(t *testing.T) {
		for _, item := range items(t, in.Table) {
			if text(item["pk"]) != "OUTBOX#"+mine.confirmed.ID.String() {
				continue
			}
			event := document(t, item["event"])
			if got := text(item["expiresAt"]); got != "3792916800" { // 2090-03-11 12:00 UTC
				t.Errorf("expiresAt = %s, want 3792916800", got)
			}
			if text(event["region"]) != localtest.Region || text(event["type"]) != "upload.confirmed" || text(event["version"]) != "1" {
				t.Errorf("outbox has %v of region %q", event, text(event["region"]))
			}
			return
		}
		t.Error("the event is not in the outbox")
	})
	t.Run("creating it again changes nothing", func(t *testing.T) {
		before := items(t, in.Table)
		must(t, in.Create(t.Context(), mine.record, plenty, mine.confirmed))
		must(t, in.Create(t.Context(), mine.record, plenty, newUpload(t, ana).confirmed))
		if after := items(t, in.Table); len(after) != len(before) {
			t.Errorf("got %d items, want %d", len(after), len(before))
		}
	})
	t.Run("a lost answer makes neither a second record nor a second event", func(t *testing.T) {
		stand.Intercept(losing(counting(func(n int) bool { return n < 3 })))
		before := len(items(t, in.Table))
		next := newUpload(t, ana)
		must(t, in.Create(t.Context(), next.record, plenty, next.confirmed))
		if got := len(items(t, in.Table)) - before; got != 2 {
			t.Errorf("%d items were made, want 2", got)
		}
	})
}
