package dynamo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// awkward are texts that could be taken for a part of a key. Addresses may contain "#", "/" and the like before the "@".
var awkward = []string{
	"a@x.org", "a#claim@x.org", "#@x.org", "user#a@x.org", "a@x.org#claim", "EMAIL#a@x.org", "CLAIM", "USER#", "ACCOUNT", "ACCOUNT#CREDENTIAL",
	"LESSON", "COUNT#", "EVENT", "PROGRESS#", "SUMMARY#", "UPLOAD#", "SESSION#", "CATALOGUE", "OUTBOX#", "x", "us-east-1",
}

// Ids are UUIDs and regions have no "#", so only addresses bring foreign text into a key; still, no two things may meet.
func TestKeysOfDifferentThingsDiffer(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	regions := []string{"us-east-1", "eu-west-1", "ap-northeast-1"}
	var ids []string
	for range 20 {
		ids = append(ids, fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", r.Uint32(), r.Uint32()>>16, r.Uint32()>>20, r.Uint32()>>20, r.Uint64()>>16))
	}
	addresses := awkward
	for range 200 {
		var local strings.Builder
		for range 1 + r.IntN(12) {
			local.WriteByte("ab#.!$%&'*+-/=?^_`{|}~0"[r.IntN(23)])
		}
		addresses = append(addresses, local.String()+"@x.org")
	}
	for _, id := range ids {
		addresses = append(addresses, "user#"+id+"@x.org", "user#"+id, id, "USER#"+id)
	}

	owner := map[key]string{}
	add := func(k key, thing string) {
		if other, taken := owner[k]; taken && other != thing {
			t.Errorf("%s and %s have the same key %v", other, thing, k)
		}
		owner[k] = thing
	}
	for _, a := range addresses {
		add(claimKey(domain.RestoreEmail(a)), "claim of "+a)
	}
	for _, region := range regions {
		add(catalogueCountKey(region), "count of "+region)
	}
	for _, id := range ids { // the same id may stand for things of every kind
		user, lesson := domain.RestoreID[domain.User](id), domain.RestoreID[domain.Lesson](id)
		add(userKey(user), "user "+id)
		add(credentialKey(user), "credential "+id)
		add(epochKey(user), "epoch "+id)
		add(lessonKey(lesson), "lesson "+id)
		add(eventKey(domain.RestoreID[domain.Event](id)), "event "+id)
		for _, other := range ids {
			add(uploadKey(user, domain.RestoreID[domain.Upload](other)), "upload "+other+" of "+id)
			add(sessionKey(user, domain.RestoreID[domain.Session](other)), "session "+other+" of "+id)
			add(endedKey(user, domain.RestoreID[domain.Session](other)), "end of session "+other+" of "+id)
			add(idempotencyKey(domain.Repeatable{User: user, Route: "POST /api/uploads", Key: other}), "key "+other+" of "+id)
			for _, region := range regions {
				add(progressKey(user, domain.RestoreID[domain.Lesson](other), region), "progress in "+other+" of "+id+" in "+region)
			}
		}
		for _, region := range regions {
			add(summaryKey(user, region), "summary of "+id+" in "+region)
		}
	}
	for k := range owner {
		if len(k.PK) == 0 || len(k.PK) > 2048 || len(k.SK) == 0 || len(k.SK) > 1024 {
			t.Errorf("DynamoDB takes no key %v", k)
		}
	}
}

func TestTheAccountQueryMeetsTheAccountAlone(t *testing.T) {
	t.Parallel()
	user := domain.RestoreID[domain.User]("0195610e-0000-7000-8000-000000000001")
	for _, k := range []key{
		progressKey(user, domain.RestoreID[domain.Lesson](user.String()), "us-east-1"), summaryKey(user, "us-east-1"),
		uploadKey(user, domain.RestoreID[domain.Upload](user.String())), sessionKey(user, domain.RestoreID[domain.Session](user.String())),
	} {
		if strings.HasPrefix(k.SK, accountSK) {
			t.Errorf("%v begins with %s", k, accountSK)
		}
	}
	if user, credential := userKey(user), credentialKey(user); user.PK != credential.PK || user.SK >= credential.SK || !strings.HasPrefix(credential.SK, accountSK) {
		t.Errorf("a login's query gives %v before %v of one partition, want the user first", credential, user)
	}
}

func TestAListGoesOnAfterTheLessonItEndedWith(t *testing.T) {
	t.Parallel()
	id := domain.RestoreID[domain.Lesson]("0195610e-0000-7000-8000-000000000001")
	sk := catalogueSK(domain.LessonState{ID: id, Track: domain.RestoreTrack("go-on-lambda"), Difficulty: 5, Order: 42})
	if want := "go-on-lambda#5#000042#" + id.String(); sk != want {
		t.Errorf("catalogueSk = %q, want %q", sk, want)
	}
	got, want := catalogueStart(true, sk), map[string]string{"pk": "LESSON#" + id.String(), "sk": "LESSON", "cataloguePk": "PUBLISHED", "catalogueSk": sk}
	if len(got) != len(want) {
		t.Errorf("the start has %d attributes, want %d", len(got), len(want))
	}
	for name, value := range want {
		if s, ok := got[name].(*types.AttributeValueMemberS); !ok || s.Value != value {
			t.Errorf("the start's %s = %v, want %q", name, got[name], value)
		}
	}
}

func TestAListGoesOnAfterTheUserItEndedWith(t *testing.T) {
	t.Parallel()
	id := domain.RestoreID[domain.User]("0195610e-0000-7000-8000-000000000001")
	sk := usersSK(domain.UserState{ID: id, CreatedAt: domain.RestoreTime("2090-03-04T12:00:00.000Z")})
	if want := "2090-03-04T12:00:00.000Z#" + id.String(); sk != want {
		t.Errorf("usersSk = %q, want %q", sk, want)
	}
	got, want := usersStart(sk), map[string]string{"pk": "USER#" + id.String(), "sk": "ACCOUNT", "usersPk": "USERS", "usersSk": sk}
	if len(got) != len(want) {
		t.Errorf("the start has %d attributes, want %d", len(got), len(want))
	}
	for name, value := range want {
		if s, ok := got[name].(*types.AttributeValueMemberS); !ok || s.Value != value {
			t.Errorf("the start's %s = %v, want %q", name, got[name], value)
		}
	}
}
