package dynamo

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// The items, by table. pk and sk are strings everywhere.
//
//	table      pk                sk                           item                          written by
//	identity   EMAIL#<address>   CLAIM                        emailClaim: which user owns   Accounts.Register
//	identity   USER#<id>         ACCOUNT                      user                          Accounts.Register
//	identity   USER#<id>         ACCOUNT#CREDENTIAL           credential                    Accounts.Register
//	learning   LESSON#<id>       LESSON                       lesson, in index catalogue    Lessons.Create
//	learning   CATALOGUE         COUNT#<region>               published lessons, counted    Lessons.Create
//	learning   USER#<id>         PROGRESS#<lesson>#<region>   one region's shard            Learning.Complete
//	learning   USER#<id>         SUMMARY#<region>             one region's totals           Learning.Complete
//	learning   USER#<id>         UPLOAD#<id>                  upload                        Uploads.Create
//	learning   OUTBOX#<event>    EVENT                        event, expires                the write it tells of
//	ephemeral  USER#<id>         SESSION#<id>                 session, expires              Sessions.Open
//
//	index catalogue of learning: cataloguePk PUBLISHED, catalogueSk <track>#<difficulty>#<order, 6 digits>#<lesson id>;
//	only published lessons are in it.
const (
	accountSK      = "ACCOUNT"
	catalogueIndex = "catalogue"
	publishedPK    = "PUBLISHED"
)

// key is the primary key of an item; every item struct embeds it.
type key struct {
	PK string `dynamodbav:"pk"`
	SK string `dynamodbav:"sk"`
}

func claimKey(e domain.Email) key         { return key{"EMAIL#" + e.String(), "CLAIM"} }
func userKey(id domain.UserID) key        { return key{userPK(id), accountSK} }
func credentialKey(id domain.UserID) key  { return key{userPK(id), accountSK + "#CREDENTIAL"} }
func lessonKey(id domain.LessonID) key    { return key{"LESSON#" + id.String(), "LESSON"} }
func catalogueCountKey(region string) key { return key{"CATALOGUE", "COUNT#" + region} }
func eventKey(id domain.EventID) key      { return key{"OUTBOX#" + id.String(), "EVENT"} }

func progressKey(user domain.UserID, lesson domain.LessonID, region string) key {
	return key{userPK(user), "PROGRESS#" + lesson.String() + "#" + region}
}

func summaryKey(user domain.UserID, region string) key {
	return key{userPK(user), "SUMMARY#" + region}
}

func uploadKey(owner domain.UserID, id domain.UploadID) key {
	return key{userPK(owner), "UPLOAD#" + id.String()}
}

func sessionKey(user domain.UserID, id domain.SessionID) key {
	return key{userPK(user), "SESSION#" + id.String()}
}

func userPK(id domain.UserID) string { return "USER#" + id.String() }

// catalogueSK sorts lessons as they are listed.
func catalogueSK(l domain.LessonState) string {
	return fmt.Sprintf("%s#%d#%06d#%s", l.Track, l.Difficulty, l.Order, l.ID)
}

// catalogueStart is where a page after catalogueSK begins: the index key names the item too. The lesson's id ends the sort key.
func catalogueStart(sk string) map[string]types.AttributeValue {
	id := domain.RestoreID[domain.Lesson](sk[len(sk)-36:])
	start := lessonKey(id).av()
	start["cataloguePk"] = str(publishedPK)
	start["catalogueSk"] = str(sk)
	return start
}

func (k key) av() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": str(k.PK), "sk": str(k.SK)}
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
