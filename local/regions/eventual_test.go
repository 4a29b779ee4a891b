package regions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
)

// What AWS documents of eventually consistent global tables (MREC) is in "DynamoDB global tables: how it works", V2globaltables_HowItWorks,
// under the headings named with the tests.

// Consistency modes: changes are replicated asynchronously, typically within a second or less.
func TestAWriteArrivesAfterTheLag(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{Lag: 300 * time.Millisecond, Jitter: 50 * time.Millisecond})
	begin := time.Now()
	w.mustPut(t, a, "x", "1")
	if got := w.read(t, b, "x"); got != "" && time.Since(begin) < 300*time.Millisecond {
		t.Errorf("got %q at once, before the lag", got)
	}
	eventually(t, "the write arrives", func() bool { return w.read(t, b, "x") == "1" && w.read(t, c, "x") == "1" })
	if took := time.Since(begin); took < 300*time.Millisecond {
		t.Errorf("it took %v, less than the lag", took)
	}
}

// Conflict resolution: the last writer wins, by the time of the write, and the loser's whole item is gone.
func TestTheLastWriterWinsWhateverArrivesLast(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	check(t, w.Isolate(a, true))
	w.mustPut(t, a, "x", "first")
	set := func(region, expression, value string) {
		t.Helper()
		_, err := w.clients[region].UpdateItem(context.Background(), &sdk.UpdateItemInput{TableName: aws.String(table), Key: key("y"),
			UpdateExpression: &expression, ExpressionAttributeValues: values{":v": text(value)}})
		check(t, err)
	}
	set(a, "SET one = :v", "1")
	time.Sleep(2 * time.Millisecond)
	w.mustPut(t, b, "x", "second")
	set(b, "SET two = :v", "2")
	check(t, w.Isolate(a, false)) // the older one arrives in b and c later than the newer one was written
	items := w.equal(t)
	if items["x"] != "[pk=x v=second]" || items["y"] != "[pk=y two=2]" {
		t.Errorf("got %v, want the second write of each item, whole", items)
	}
	if state := w.State(); state.Lost[table] != 2 || len(state.Conflicts) != 2 || state.Conflicts[0].Won.Region != b || state.Conflicts[0].Lost.Region != a {
		t.Errorf("got conflicts %+v, want two that %s won, each counted once", state.Conflicts, b)
	}
}

func TestAtTheSameTimeTheRegionDecides(t *testing.T) {
	t.Parallel()
	stopped := time.Now()
	w := open(t, "", dynamodb.Eventual, regions.Options{}, func(o *dynamodb.Options) { o.Now = func() time.Time { return stopped } })
	for i, order := range [][]string{{a, b, c}, {c, b, a}, {b, c, a}} {
		for _, region := range everywhere {
			check(t, w.Isolate(region, true))
		}
		for _, region := range order {
			w.mustPut(t, region, fmt.Sprint(i), region)
		}
		for _, region := range order {
			check(t, w.Isolate(region, false))
		}
	}
	for pk, item := range w.equal(t) {
		if want := fmt.Sprintf("[pk=%s v=%s]", pk, c); item != want {
			t.Errorf("got %s, want %s", item, want)
		}
	}
}

func TestAClockAheadWinsUntilTheWriteIsSeen(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	// Clocks an hour apart: who is ahead wins, although the other wrote later.
	check(t, w.Skew(a, time.Hour))
	check(t, w.Isolate(a, true))
	w.mustPut(t, a, "x", "ahead")
	w.mustPut(t, c, "x", "later")
	check(t, w.Isolate(a, false))
	if got := w.equal(t)["x"]; got != "[pk=x v=ahead]" {
		t.Errorf("got %s, want that of the clock that is ahead", got)
	}
	// Who has seen it is later, whatever the clock says.
	w.mustPut(t, c, "x", "after that")
	if got := w.equal(t)["x"]; got != "[pk=x v=after that]" {
		t.Errorf("got %s: a write that has seen the other one must replace it", got)
	}
	if got := w.State().Lost[table]; got != 1 {
		t.Errorf("got %d conflicts, want the one before", got)
	}
}

func TestADeletionBeatsALateOlderWrite(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	w.mustPut(t, b, "x", "0")
	w.quiet(t)
	check(t, w.Isolate(a, true))
	w.mustPut(t, a, "x", "older")
	w.mustPut(t, a, "y", "older")
	time.Sleep(2 * time.Millisecond)
	w.remove(t, b, "x")
	eventually(t, "the deletion arrives", func() bool { return w.read(t, c, "x") == "" })
	check(t, w.Isolate(a, false))
	if items := w.equal(t); len(items) != 1 || items["y"] == "" {
		t.Errorf("got %v, want y alone", items)
	}
	// A later write makes the item again.
	w.mustPut(t, c, "x", "again")
	if items := w.equal(t); items["x"] != "[pk=x v=again]" {
		t.Errorf("got %v", items)
	}
}

// Transactions: atomic within the region; elsewhere they may be seen in part.
func TestATransactionArrivesItemByItem(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{Jitter: 300 * time.Millisecond, Seed: 1})
	const n = 30
	var items []types.TransactWriteItem
	for i := range n {
		items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(table), Item: values{"pk": text(fmt.Sprint(i))}}})
	}
	_, err := w.clients[a].TransactWriteItems(context.Background(), &sdk.TransactWriteItemsInput{TransactItems: items})
	check(t, err)
	if got := len(w.all(t, a)); got != n {
		t.Fatalf("got %d of %d items in its own region", got, n)
	}
	part := false
	eventually(t, "all items arrive", func() bool {
		got := len(w.all(t, b))
		part = part || got > 0 && got < n
		return got == n
	})
	if !part {
		t.Error("it was never seen in part")
	}
	w.equal(t)
}

// Streams: every replica's stream has all writes, wherever they were made.
func TestEveryRegionsStreamHasTheChange(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	w.mustPut(t, a, "x", "1")
	w.quiet(t)
	w.mustPut(t, b, "x", "2")
	w.quiet(t)
	w.remove(t, c, "x")
	w.quiet(t)
	for region, want := range map[string][]string{
		a: {`INSERT {"pk":{"S":"x"}}`, `MODIFY* {"pk":{"S":"x"}}`, `REMOVE* {"pk":{"S":"x"}}`},
		b: {`INSERT* {"pk":{"S":"x"}}`, `MODIFY {"pk":{"S":"x"}}`, `REMOVE* {"pk":{"S":"x"}}`},
		c: {`INSERT* {"pk":{"S":"x"}}`, `MODIFY* {"pk":{"S":"x"}}`, `REMOVE {"pk":{"S":"x"}}`},
	} {
		if got := w.changes(t, region); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", region, got, want)
		}
	}
}

// Time to live: deletions are replicated.
func TestAnExpiryIsReplicated(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	// Time to live in one region only: what goes elsewhere goes by replication.
	_, err := w.clients[a].UpdateTimeToLive(context.Background(), &sdk.UpdateTimeToLiveInput{TableName: aws.String(table),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}})
	check(t, err)
	_, err = w.clients[b].PutItem(context.Background(), &sdk.PutItemInput{TableName: aws.String(table), Item: values{
		"pk": text("x"), "ttl": &types.AttributeValueMemberN{Value: fmt.Sprint(time.Now().Add(-time.Minute).Unix())}}})
	check(t, err)
	eventually(t, "it is gone everywhere", func() bool {
		return len(w.all(t, a)) == 0 && len(w.all(t, b)) == 0 && len(w.all(t, c)) == 0
	})
	w.quiet(t)
	if got, want := w.changes(t, a), []string{`INSERT* {"pk":{"S":"x"}}`, `REMOVE expired {"pk":{"S":"x"}}`}; !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", a, got, want)
	}
	if got, want := w.changes(t, b), []string{`INSERT {"pk":{"S":"x"}}`, `REMOVE* {"pk":{"S":"x"}}`}; !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", b, got, want)
	}
}

// Consistency: a condition is judged by the replica of the region alone, so that two regions can both make the same item.
func TestAConditionIsJudgedByTheOwnReplica(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{Lag: 200 * time.Millisecond})
	const absent = "attribute_not_exists(pk)"
	w.mustPut(t, a, "x", "a", absent)
	w.mustPut(t, b, "x", "b", absent)
	wantCode(t, w.put(a, "x", "again", absent), "ConditionalCheckFailedException")
	if got := w.equal(t)["x"]; got != "[pk=x v=b]" {
		t.Errorf("got %s, want the later one", got)
	}
}

func TestAnIsolatedRegionGoesOnAndCatchesUpBothWays(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	check(t, w.Isolate(a, true))
	for i := range 50 {
		w.mustPut(t, a, fmt.Sprint("a", i), "1")
		w.mustPut(t, b, fmt.Sprint("b", i), "1")
	}
	eventually(t, "b and c go on", func() bool { return w.read(t, c, "b49") == "1" })
	if w.read(t, a, "b0") != "" || w.read(t, b, "a0") != "" {
		t.Error("something came through")
	}
	state := w.State()
	if waiting := state.Waiting; len(waiting) == 0 || waiting[0].What != table || waiting[0].Count == 0 || waiting[0].Oldest.IsZero() {
		t.Errorf("got %+v, want what is not yet replicated", waiting)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if w.Quiet(ctx) == nil {
		t.Error("it is said to be quiet")
	}
	check(t, w.Isolate(a, false))
	if items := w.equal(t); len(items) != 100 {
		t.Errorf("got %d items of 100", len(items))
	}
}

func TestACutLinkConcernsTwoRegionsOnly(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	check(t, w.SetLink(b, a, func(l *regions.Link) { l.Cut = true }))
	w.mustPut(t, a, "x", "1")
	eventually(t, "c has it", func() bool { return w.read(t, c, "x") == "1" })
	time.Sleep(50 * time.Millisecond)
	if w.read(t, b, "x") != "" {
		t.Error("it came through the cut link, or was passed on by c")
	}
	w.Heal()
	w.equal(t)
}

// A model: of each item's writes, the one with the greatest time, then region, survives; all replicas are equal.
func TestRandomHistoriesConverge(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		w := open(t, "", dynamodb.Eventual, regions.Options{Lag: 2 * time.Millisecond, Jitter: 20 * time.Millisecond, Seed: seed})
		random := rand.New(rand.NewPCG(seed, 7))
		for _, region := range everywhere {
			check(t, w.Skew(region, time.Duration(random.IntN(2000)-1000)*time.Millisecond))
		}
		var running sync.WaitGroup
		for _, region := range everywhere {
			for worker := range 2 {
				random := rand.New(rand.NewPCG(seed, uint64(len(region)*10+worker)))
				running.Go(func() {
					for i := range 60 {
						pk := fmt.Sprint("k", random.IntN(6))
						if random.IntN(4) == 0 {
							w.remove(t, region, pk)
						} else {
							w.mustPut(t, region, pk, fmt.Sprint(region, worker, i))
						}
					}
				})
			}
		}
		for range 8 {
			time.Sleep(10 * time.Millisecond)
			switch region := everywhere[random.IntN(3)]; random.IntN(3) {
			case 0:
				check(t, w.Isolate(region, random.IntN(2) == 0))
			case 1:
				check(t, w.SetLink(region, everywhere[(slices.Index(everywhere, region)+1)%3], func(l *regions.Link) { l.Cut = !l.Cut }))
			}
		}
		running.Wait()
		w.Heal()
		items := w.equal(t)
		want := map[string]string{}
		for pk, last := range w.lastWrites(t) {
			if last != "" {
				want[pk] = last
			}
		}
		if !maps.Equal(items, want) {
			t.Errorf("seed %d: got %v, want the last write of each item: %v", seed, items, want)
		}
	}
}

// lastWrites finds each item's last write in the three regions' records, "" for a deletion.
func (w *world) lastWrites(t *testing.T) map[string]string {
	t.Helper()
	last, items := map[string]dynamodb.Write{}, map[string]string{}
	for _, region := range everywhere {
		changes, err := w.engines[region].Changes(table, 0, 10000)
		check(t, err)
		images := map[uint64]dynamodb.Change{}
		for _, change := range changes {
			images[change.Sequence] = change
		}
		updates, _, err := w.engines[region].Updates(table, 0, 10000)
		check(t, err)
		if len(updates) < 50 {
			t.Errorf("%s made %d writes only", region, len(updates))
		}
		for _, u := range updates {
			var keys, item struct{ PK, V struct{ S string } }
			check(t, json.Unmarshal(images[u.Sequence].Keys, &keys))
			if made, before := u.Made(), last[keys.PK.S]; made.At.After(before.At) || made.At.Equal(before.At) && made.Region > before.Region {
				last[keys.PK.S], items[keys.PK.S] = made, ""
				if image := images[u.Sequence].New; image != nil {
					check(t, json.Unmarshal(image, &item))
					items[keys.PK.S] = fmt.Sprintf("[pk=%s v=%s]", keys.PK.S, item.V.S)
				}
			}
		}
	}
	return items
}
