package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

func open(t testing.TB) (*localtest.Stand, objects.Bucket, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, buckets.Bucket(stand, "UPLOADS_BUCKET"), stand.NewUser(t)
}

// look runs the check as it will be at a time, with the developer's rights.
func look(t testing.TB, stand *localtest.Stand, at time.Time, remove bool) (lines []string) {
	t.Helper()
	uploads := dynamo.Uploads{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}, Now: func() time.Time { return at }}
	var out, progress bytes.Buffer
	c := check{uploads: uploads, bucket: buckets.Bucket(stand, "UPLOADS_BUCKET"), remove: remove, before: at.Add(-48 * time.Hour), out: &out, progress: &progress}
	if err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func put(t testing.TB, bucket objects.Bucket, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if err := bucket.Put(t.Context(), key, "application/pdf", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
}

// D82: what was left behind stayed for ever.
func TestD82WhatEachSideHasAlone(t *testing.T) {
	t.Parallel()
	stand, bucket, ana := open(t)
	kept := buckets.Store(t, stand, ana, "a.pdf", "application/pdf", files.PDF("1.7", 300))
	lost := buckets.Store(t, stand, ana, "b.pdf", "application/pdf", files.PDF("1.7", 300))
	waiting, form := buckets.Request(t, stand, ana, "c.pdf", "application/pdf", 300)
	buckets.Send(t, form, files.PDF("1.7", 300))
	if err := bucket.Remove(t.Context(), lost.State().Key); err != nil {
		t.Fatal(err)
	}
	put(t, bucket, "files/nobodys", "thumbs/nobodys/64", "thumbs/"+kept.State().ID.String()+"/64", "staging/x/y")
	alone := []string{
		"missing: " + lost.State().Key + ", of user " + ana.ID.String() + ", upload " + lost.State().ID.String(),
		"without record: files/nobodys", "without record: staging/x/y", "without record: thumbs/" + kept.State().ID.String() + "/64", "without record: thumbs/nobodys/64",
	}
	if got, want := look(t, stand, time.Now(), true), append(alone[:1:1], "5 objects, 3 records; 0 objects without record, 1 missing, 0 users with reservations that are over"); !slices.Equal(got, want) {
		t.Errorf("at once it says\n%q, want\n%q", got, want)
	}
	later := time.Now().Add(49 * time.Hour)
	want := append(alone, "reservations that are over: user "+ana.ID.String(), "5 objects, 3 records; 4 objects without record, 1 missing, 1 users with reservations that are over")
	for _, remove := range []bool{false, true} { // looking changes nothing
		if got := look(t, stand, later, remove); !slices.Equal(got, want) {
			t.Errorf("delete %v: it says\n%q, want\n%q", remove, got, want)
		}
	}
	keys := buckets.Keys(t, stand)
	if want := []string{kept.State().Key, waiting.StagingKey()}; !slices.Equal(keys, want) { // that one is the lifecycle's
		t.Errorf("objects %q, want %q", keys, want)
	}
	if used, open := buckets.Used(t, stand, ana); used != (domain.Usage{Bytes: 600, Files: 2}) || open != 0 {
		t.Errorf("counted %+v, %d open, want what was confirmed", used, open)
	}
	if got := look(t, stand, later, true); len(got) != 2 {
		t.Errorf("again it says %q, want what is missing and the sum", got)
	}
}

func TestAllReservationsThatAreOverAreFreed(t *testing.T) {
	t.Parallel()
	stand, _, ana := open(t)
	for range 45 { // one try frees 20
		buckets.Request(t, stand, ana, "c.pdf", "application/pdf", 300)
	}
	look(t, stand, time.Now().Add(49*time.Hour), true)
	if used, open := buckets.Used(t, stand, ana); used != (domain.Usage{}) || open != 0 {
		t.Errorf("counted %+v, %d open", used, open)
	}
}

func TestTheCommandReachesTheLocalStores(t *testing.T) {
	t.Parallel()
	stand, bucket, _ := open(t)
	put(t, bucket, "files/nobodys")
	var out, progress bytes.Buffer
	args := []string{"--local", "--delete", "--endpoint", *stand.Client().Options().BaseEndpoint, "--s3-endpoint", stand.S3, "--table", stand.Variable("LEARNING_TABLE"), "--bucket", stand.Variable("UPLOADS_BUCKET")}
	if err := run(t.Context(), args, &out, &progress); err != nil || !strings.HasPrefix(out.String(), "1 objects, 0 records; 0 objects without record") {
		t.Errorf("it says %q (%v)", out.String(), err)
	}
}

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{"--older 23h": "24h at least", "delete": `"delete" is no flag`, "--older x": "invalid", "--shred": "not defined", "": "AWS_REGION"} {
		var out bytes.Buffer
		if err := run(t.Context(), strings.Fields(args), &out, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a word on %s", args, err, want)
		}
	}
}
