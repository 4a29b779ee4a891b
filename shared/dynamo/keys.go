package dynamo

import (
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// The items, by table. pk and sk are strings everywhere; the limits table has no sk.
//
//	table      pk                sk                           item                          written by
//	identity   EMAIL#<address>   CLAIM                        emailClaim: which user owns   Accounts.Register, SwitchEmail
//	identity   ADMINS            ADMINS                       who the admins are            Accounts.SetAdmin
//	identity   USER#<id>         ACCOUNT                      user, in index users          Accounts.Register, Update
//	identity   USER#<id>         ACCOUNT#CREDENTIAL           credential                    Accounts.Register, ChangePassword, Rehash
//	identity   USER#<id>         LINK#<kind>                  newest link of a kind         Accounts.Issue
//	learning   LESSON#<id>       LESSON                       lesson, in index catalogue    Lessons.Create, Change
//	learning   CATALOGUE         COUNT#<region>               published lessons, by track   whatever changes them
//	learning   CATALOGUE         PASS#<region>                way through all learners      Passes
//	learning   USER#<id>         PROGRESS#<lesson>#<region>   one region's shard            Learning.Learn
//	learning   USER#<id>         SUMMARY#<region>             one region's totals           Learning.Learn
//	learning   USER#<id>         RESUME#<region>              lessons begun, one region's   Learning.Learn
//	learning   USER#<id>         DONE#<time>#<lesson>         place in the history          Learning.Learn
//	learning   USER#<id>         LIKE#<lesson>#<region>       one region's shard            Likes.Like
//	learning   USER#<id>         CERTIFICATE#<track>          certificate, in catalogue     Certificates.Award
//	learning   CERTKEY#<kid>     CERTKEY                      public key, kept for ever     Certificates.KeepKey
//	learning   LESSON#<id>       LIKES#<region>               likes, counted                Likes.Like
//	learning   USER#<id>         UPLOAD#<id>                  upload; refused ones expire   Uploads.Create, Change
//	learning   USER#<id>         QUOTA#<region>               what one region counted       Uploads.Create, Change
//	learning   USER#<id>         AVATAR                       which upload is the picture   Uploads.SetAvatar
//	learning   USER#<id>         AUDIT#<id>                   entry of the audit trail, expires  Audit.Keep
//	learning   NOBODY#<hash>     AUDIT#<id>                   the same of an address without account  Audit.Keep
//	learning   OUTBOX#<event>    EVENT                        event, expires                the write it tells of
//	learning   ANALYTICS#<month>#<0-7>  <day>#<kind>#<track>#<region>  events of a day, counted      Analytics.Count
//	ephemeral  USER#<id>         SESSION#<id>                 session, expires              Sessions.Open, Refresh
//	ephemeral  USER#<id>         SESSION#<id>#ENDED           that it has ended, expires    Sessions.End
//	ephemeral  USER#<id>         SESSION#EPOCH                all until then have ended     Sessions.EndAll, Erasures.Erase
//	ephemeral  USER#<id>         IDEMPOTENCY#<SHA-256>        request with a key, or mail; expires  Idempotency.Begin
//	ephemeral  COUNTED#<event>   COUNTED                      that an event is counted, expires  Analytics.Count
//	ephemeral  KV#<region>#<00-15> <key>                      value, expires                KV.Set
//	limits     RL#<policy>#<subject>                          one subject's limit, expires  Limits.Take
//	limits     RL#<policy>#<subject>#<time>                        count of a fixed window, expires  Limits.Count
//
//	index catalogue of learning: cataloguePk PUBLISHED or DRAFT, catalogueSk <track>#<difficulty>#<order, 6 digits>#<lesson id>.
//	Certificates are in the index catalogue too: cataloguePk CERTIFICATE#<public id>, catalogueSk CERTIFICATE.
//	So are audit entries: cataloguePk AUDIT#<kind>, catalogueSk <entry's id>. A kind's partition takes 1,000 entries a second.
//	index users of identity: usersPk USERS, usersSk <createdAt>#<user id>. One partition takes 1,000 registrations and changes a second.
const (
	accountSK      = "ACCOUNT"
	catalogueIndex = "catalogue"
	publishedPK    = "PUBLISHED"
	draftPK        = "DRAFT"
	usersIndex     = "users"
	usersPK        = "USERS"
	sessionSK      = "SESSION#"
	uploadSK       = "UPLOAD#"
	endedSK        = "#ENDED"
	progressSK     = "PROGRESS#"
	doneSK         = "DONE#"
)

// key is the primary key of an item; every item struct embeds it.
type key struct {
	PK string `dynamodbav:"pk"`
	SK string `dynamodbav:"sk"`
}

func claimKey(e domain.Email) key { return key{"EMAIL#" + e.String(), "CLAIM"} }

// adminsKey is the one list of admins.
var adminsKey = key{"ADMINS", "ADMINS"}

func userKey(id domain.UserID) key       { return key{userPK(id), accountSK} }
func credentialKey(id domain.UserID) key { return key{userPK(id), accountSK + "#CREDENTIAL"} }
func linkKey(id domain.UserID, kind domain.LinkKind) key {
	return key{userPK(id), "LINK#" + kind.String()}
}

func lessonKey(id domain.LessonID) key    { return key{"LESSON#" + id.String(), "LESSON"} }
func catalogueCountKey(region string) key { return key{"CATALOGUE", "COUNT#" + region} }
func passKey(region string) key           { return key{"CATALOGUE", "PASS#" + region} }
func eventKey(id domain.EventID) key      { return key{"OUTBOX#" + id.String(), "EVENT"} }

// countedKey remembers that an event is counted.
func countedKey(id domain.EventID) key { return key{"COUNTED#" + id.String(), "COUNTED"} }

func analyticsPK(month string, shard int) string { return fmt.Sprintf("ANALYTICS#%s#%d", month, shard) }

func analyticsKey(event domain.Event, track domain.Track, region string) key {
	day := domain.DayOf(event.At).String()
	return key{analyticsPK(day[:7], shardOf(event.ID)), fmt.Sprintf("%s#%s#%s#%s", day, event.Type, track, region)}
}

func progressKey(user domain.UserID, lesson domain.LessonID, region string) key {
	return key{userPK(user), progressSK + lesson.String() + "#" + region}
}

func summaryKey(user domain.UserID, region string) key {
	return key{userPK(user), "SUMMARY#" + region}
}

func resumeKey(user domain.UserID, region string) key {
	return key{userPK(user), "RESUME#" + region}
}

// doneKey sorts finished lessons by their first completion. Two regions that know another time for it make two such items; the one that
// names the merged time is the true one.
func doneKey(user domain.UserID, lesson domain.LessonID, first time.Time) key {
	return key{userPK(user), doneSK + domain.FormatTime(first) + "#" + lesson.String()}
}

const auditSK = "AUDIT#"

// auditKey is an entry of the audit trail in the partition of a user.
func auditKey(user domain.UserID, id domain.AuditID) key {
	return key{userPK(user), auditSK + id.String()}
}

// auditPK finds the entries of a kind, in the index catalogue.
func auditPK(kind string) string { return auditSK + kind }

const likeSK = "LIKE#"

func likeKey(user domain.UserID, lesson domain.LessonID, region string) key {
	return key{userPK(user), likeSK + lesson.String() + "#" + region}
}

func likesKey(lesson domain.LessonID, region string) key {
	return key{lessonKey(lesson).PK, "LIKES#" + region}
}

const certificateSK = "CERTIFICATE"

func certificateKey(owner domain.UserID, track domain.Track) key {
	return key{userPK(owner), certificateSK + "#" + track.String()}
}

// certificatePK finds a certificate by its public id, in the index catalogue.
func certificatePK(id domain.CertificateID) string { return certificateSK + "#" + id.String() }

func credentialKeyKey(id string) key { return key{"CERTKEY#" + id, "CERTKEY"} }

func uploadKey(owner domain.UserID, id domain.UploadID) key {
	return key{userPK(owner), uploadSK + id.String()}
}

func quotaKey(owner domain.UserID, region string) key { return key{userPK(owner), "QUOTA#" + region} }
func avatarKey(owner domain.UserID) key               { return key{userPK(owner), "AVATAR"} }

func sessionKey(user domain.UserID, id domain.SessionID) key {
	return key{userPK(user), sessionSK + id.String()}
}

func endedKey(user domain.UserID, id domain.SessionID) key {
	return key{userPK(user), sessionKey(user, id).SK + endedSK}
}

func epochKey(user domain.UserID) key { return key{userPK(user), sessionSK + "EPOCH"} }

// idempotencyKey hides the client's key, and has one length for keys of any.
func idempotencyKey(r domain.Repeatable) key {
	return key{userPK(r.User), fmt.Sprintf("IDEMPOTENCY#%x", sha256.Sum256([]byte(r.Route+"\n"+r.Key)))}
}

// kvShards is how many partitions a region's KV store has. Another number makes all its values unknown, no more.
const kvShards = 16

func kvKey(region, name string) key { return key{kvPK(region, kvShard(name)), name} }

func kvPK(region string, shard int) string { return fmt.Sprintf("KV#%s#%02d", region, shard) }

// kvShard spreads keys; a key tells its partition, so a position in a list is a key alone.
func kvShard(name string) int {
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32() % kvShards)
}

func userPK(id domain.UserID) string { return "USER#" + id.String() }

// limitPK is unique because policies' names have no "#".
func limitPK(policy, subject string) string { return "RL#" + policy + "#" + subject }

// cataloguePK is where lessons are listed: learners see one partition, editors the other one too.
func cataloguePK(published bool) string {
	if published {
		return publishedPK
	}
	return draftPK
}

// catalogueSK sorts lessons as they are listed.
func catalogueSK(l domain.LessonState) string {
	return fmt.Sprintf("%s#%d#%06d#%s", l.Track, l.Difficulty, l.Order, l.ID)
}

// catalogueSKPrefix begins the sort keys of a shelf's lessons.
func catalogueSKPrefix(shelf domain.Shelf) string {
	switch {
	case shelf.Track.String() == "":
		return ""
	case shelf.Difficulty == 0:
		return shelf.Track.String() + "#"
	}
	return fmt.Sprintf("%s#%d#", shelf.Track, shelf.Difficulty)
}

// catalogueStart is where a page after catalogueSK begins: the index key names the item too. The lesson's id ends the sort key.
func catalogueStart(published bool, sk string) map[string]types.AttributeValue {
	id := domain.RestoreID[domain.Lesson](sk[len(sk)-36:])
	start := lessonKey(id).av()
	start["cataloguePk"] = str(cataloguePK(published))
	start["catalogueSk"] = str(sk)
	return start
}

// usersSK sorts users by their age.
func usersSK(s domain.UserState) string { return domain.FormatTime(s.CreatedAt) + "#" + s.ID.String() }

// usersStart is where a page after usersSK begins: the index key names the item too. The user's id ends the sort key.
func usersStart(sk string) map[string]types.AttributeValue {
	start := userKey(domain.RestoreID[domain.User](sk[len(sk)-36:])).av()
	start["usersPk"] = str(usersPK)
	start["usersSk"] = str(sk)
	return start
}

func (k key) av() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": str(k.PK), "sk": str(k.SK)}
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
