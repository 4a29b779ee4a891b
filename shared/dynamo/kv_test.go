package dynamo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

func kv(stand *localtest.Stand, now time.Time) dynamo.KV {
	return dynamo.KV{Table: table(stand, "EPHEMERAL_TABLE", 3), Region: localtest.Region, Now: func() time.Time { return now }}
}

func value(text string) domain.KVEntry { return domain.KVEntry{Value: []byte(text)} }

// fill sets n keys, prefix0000 and so on.
func fill(t testing.TB, in dynamo.KV, prefix string, n int) (names []string) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		names = append(names, fmt.Sprintf("%s%04d", prefix, i))
	}
	for part := range slices.Chunk(names, n/8+1) {
		all.Go(func() {
			for _, name := range part {
				if err := in.Set(t.Context(), name, value(name), time.Hour); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	return names
}

// listed are all keys of a prefix, page by page. between runs after each page.
func listed(t testing.TB, in dynamo.KV, prefix string, limit int, between func()) (names []string) {
	t.Helper()
	for after := ""; ; {
		page, next, err := in.List(t.Context(), prefix, domain.Page{Limit: limit, After: after})
		must(t, err)
		for _, k := range page {
			names = append(names, k.Key)
		}
		if next == "" {
			return names
		}
		if len(page) != limit {
			t.Fatalf("a page of %d keys that is not the last, want %d", len(page), limit)
		}
		after = next
		between()
	}
}

func TestKV(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := kv(stand, noon)
	t.Run("what was set is got with its metadata, also by eventual reads, until it is deleted", func(t *testing.T) {
		want := domain.KVEntry{Value: []byte("\x00\xff value"), Metadata: map[string]string{"type": "text/html"}, Version: 7, ExpiresAt: noon.Add(time.Minute)}
		must(t, in.Set(t.Context(), "a", want, time.Minute))
		eventual := in
		eventual.Eventual = true
		for _, store := range []dynamo.KV{in, eventual} {
			if got, found, err := store.Get(t.Context(), "a"); err != nil || !found || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, %v; want %+v", got, found, err, want)
			}
		}
		must(t, errors.Join(in.Delete(t.Context(), "a"), in.Delete(t.Context(), "a")))
		if _, found, err := in.Get(t.Context(), "a"); found || err != nil {
			t.Errorf("found %v, %v after Delete", found, err)
		}
	})
	t.Run("an empty value is a value", func(t *testing.T) {
		must(t, in.Set(t.Context(), "empty", domain.KVEntry{}, time.Minute))
		if got, found, err := in.Get(t.Context(), "empty"); !found || err != nil || len(got.Value) != 0 {
			t.Errorf("got %+v, %v, %v", got, found, err)
		}
	})
	t.Run("another region has its own values", func(t *testing.T) {
		elsewhere := in
		elsewhere.Region = "eu-west-1"
		must(t, in.Set(t.Context(), "r", value("here"), time.Minute))
		if _, found, err := elsewhere.Get(t.Context(), "r"); found || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
	})
	t.Run("a value is gone in the second its time is over, and a list knows it", func(t *testing.T) {
		must(t, in.Set(t.Context(), "short", value("x"), 5*time.Second))
		for after, want := range map[time.Duration]bool{4999 * time.Millisecond: true, 5 * time.Second: false, time.Hour: false} {
			late := kv(stand, noon.Add(after))
			_, found, err := late.Get(t.Context(), "short")
			must(t, err)
			keys := listed(t, late, "short", 10, func() {})
			if found != want || (len(keys) == 1) != want {
				t.Errorf("after %s: found %v, listed %q; want %v", after, found, keys, want)
			}
		}
	})
	t.Run("what cannot be kept is refused", func(t *testing.T) {
		huge := domain.KVEntry{Value: make([]byte, domain.MaxKVBytes-6), Metadata: map[string]string{"k": "vv"}}
		must(t, in.Set(t.Context(), strings.Repeat("k", domain.MaxKVKey), huge, time.Minute))
		huge.Metadata["k"] += "v"
		is(t, in.Set(t.Context(), "huge", huge, time.Minute), domain.ErrKVLarge)
		for _, name := range []string{"", strings.Repeat("k", domain.MaxKVKey+1)} {
			is(t, in.Set(t.Context(), name, value("x"), time.Minute), domain.ErrKVKey)
			_, _, err := in.Get(t.Context(), name)
			is(t, err, domain.ErrKVKey)
			is(t, in.Delete(t.Context(), name), domain.ErrKVKey)
		}
	})
}

// D78: a time to live of 0 meant for ever.
func TestD78ATimeToLiveOfZeroIsAnError(t *testing.T) {
	t.Parallel()
	in := kv(localtest.New(t), noon)
	for _, ttl := range []time.Duration{0, -time.Hour, time.Second - 1} {
		is(t, in.Set(t.Context(), "a", value("x"), ttl), domain.ErrKVTTL)
		_, err := in.SetNewer(t.Context(), "a", value("x"), ttl)
		is(t, err, domain.ErrKVTTL)
	}
	if _, found, err := in.Get(t.Context(), "a"); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	must(t, in.Set(t.Context(), "a", value("x"), time.Second))
}

func TestSetNewerKeepsTheNewest(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := kv(stand, noon)
	var all sync.WaitGroup
	var kept atomic.Int64
	for i := range 40 {
		all.Go(func() {
			ok, err := in.SetNewer(t.Context(), "a", domain.KVEntry{Value: []byte{byte(i)}, Version: i/2 + 1}, time.Minute)
			if err != nil {
				t.Error(err)
			}
			if ok {
				kept.Add(1)
			}
		})
	}
	all.Wait()
	got, _, err := in.Get(t.Context(), "a")
	must(t, err)
	if got.Version != 20 || got.Value[0]/2+1 != 20 || kept.Load() > 20 {
		t.Errorf("version %d of %v stays, %d writes were kept; want 20 and one a version at most", got.Version, got.Value, kept.Load())
	}
	late := kv(stand, noon.Add(time.Minute))
	if ok, err := late.SetNewer(t.Context(), "a", domain.KVEntry{Version: 1}, time.Minute); !ok || err != nil {
		t.Errorf("what has expired stands in the way: %v, %v", ok, err)
	}
}

func TestKVListsEachKeyOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := kv(stand, noon)
	fill(t, in, "other:", 20)
	want := fill(t, in, "lesson:", 120)
	for _, limit := range []int{1, 7, 119, 120, 121} {
		got := listed(t, in, "lesson:", limit, func() {})
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("limit %d: %d keys, want the %d each once", limit, len(got), len(want))
		}
	}
	if got := listed(t, in, "", 50, func() {}); len(got) != 140 {
		t.Errorf("%d keys without a prefix, want 140", len(got))
	}
	round := 0
	got := listed(t, in, "lesson:", 10, func() { // keys come and go meanwhile
		round++
		must(t, errors.Join(in.Set(t.Context(), fmt.Sprintf("lesson:new%d", round), value("x"), time.Hour), in.Delete(t.Context(), fmt.Sprintf("other:%04d", round))))
	})
	slices.Sort(got)
	for _, name := range want {
		if i, found := slices.BinarySearch(got, name); !found || i+1 < len(got) && got[i+1] == name {
			t.Errorf("%s is listed twice or not at all", name)
		}
	}
}

// D50: only the first 1,000 keys of a prefix were deleted.
func TestD50DeleteByPrefixTakesAnyNumberOfKeys(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := kv(stand, noon)
	names := fill(t, in, "a:", 2500)
	for _, name := range names[:240] { // so that partitions have more than the 1 MB that one query reads
		must(t, in.Set(t.Context(), name, domain.KVEntry{Value: make([]byte, 100<<10)}, time.Hour))
	}
	keep := fill(t, in, "ab:", 10)
	shards := map[string]int{}
	for _, item := range stand.Items(t, "EPHEMERAL_TABLE") {
		shards[item["pk"].(string)]++
	}
	for pk, n := range shards {
		if n < 2510/16/2 || n > 2510/16*2 {
			t.Errorf("partition %s has %d of 2510 keys, want about a 16th", pk, n)
		}
	}
	var calls atomic.Int64
	down := localtest.Down("BatchWriteItem")
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action == "BatchWriteItem" && calls.Add(1) > 40 {
			down(action, w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
	first, err := in.DeleteByPrefix(t.Context(), "a:")
	is(t, err, dynamo.ErrUnavailable)
	stand.Intercept(nil)
	if left := listed(t, in, "a:", 3000, func() {}); first == 0 || len(left) != len(names)-first {
		t.Errorf("%d deleted before the failure and %d left of %d", first, len(left), len(names))
	}
	second, err := in.DeleteByPrefix(t.Context(), "a:")
	must(t, err)
	if first+second != len(names) {
		t.Errorf("%d and %d deleted, want %d", first, second, len(names))
	}
	if left := listed(t, in, "a", 3000, func() {}); len(left) != len(keep) {
		t.Errorf("%d keys left, want the %d of the other prefix", len(left), len(keep))
	}
	if n, err := in.DeleteByPrefix(t.Context(), "a:"); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}

// DynamoDB may do a part of a batch only.
func TestDeleteByPrefixGoesOnAfterHalfABatch(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := kv(stand, noon)
	fill(t, in, "a:", 100)
	var halves atomic.Int64
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action != "BatchWriteItem" || halves.Add(1) > 5 {
			next.ServeHTTP(w, r)
			return
		}
		var request struct{ RequestItems map[string][]any }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			t.Error(err)
		}
		left := map[string][]any{}
		for table, writes := range request.RequestItems {
			request.RequestItems[table], left[table] = writes[:len(writes)/2], writes[len(writes)/2:]
		}
		for _, write := range request.RequestItems[in.Table.Name] {
			name := write.(map[string]any)["DeleteRequest"].(map[string]any)["Key"].(map[string]any)["sk"].(map[string]any)["S"].(string)
			if err := in.Delete(t.Context(), name); err != nil {
				t.Error(err)
			}
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_ = json.NewEncoder(w).Encode(map[string]any{"UnprocessedItems": left})
	})
	n, err := in.DeleteByPrefix(t.Context(), "a:")
	if left := listed(t, in, "a:", 200, func() {}); n != 100 || err != nil || len(left) != 0 || halves.Load() < 6 {
		t.Errorf("%d deleted, %v, %d left after %d calls; want 100 and none", n, err, len(left), halves.Load())
	}
}
