package dynamo

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// Every kind of item that keys.go draws in a user's partition has its place in an export.
func TestEveryKindOfAUserHasItsPlaceInAnExport(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^//\t\w+ +USER#<id> +(\S+)`).FindAllStringSubmatch(string(text), -1)
	if len(rows) < 8 {
		t.Fatalf("keys.go has %d rows of users' partitions", len(rows))
	}
	for _, row := range rows {
		if kind := (key{"USER#x", row[1]}).kind(); shown[kind].section == "" {
			t.Errorf("%s, the kind %s, has no entry in the table of exports.go: say what its owner sees of it", row[1], kind)
		}
	}
}

// The time zone was kept and not shown. Each attribute of a kind that lists them is shown, or left
// out with intent.
func TestEveryAttributeOfAUserHasItsPlaceInAnExport(t *testing.T) {
	t.Parallel()
	for kind, of := range map[string]any{
		"account": userItem{}, "credential": credentialItem{}, "link": linkItem{}, "progress": progressItem{}, "resume": resumeItem{},
		"summary": summaryItem{}, "like": likeItem{}, "certificate": certificateItem{}, "upload": uploadItem{}, "quota": quotaItem{},
		"avatar": avatarItem{}, "session": sessionItem{}, "session-end": endItem{}, "idempotency": idempotencyItem{}, "audit": auditItem{},
	} {
		place := shown[kind]
		for i := range reflect.TypeOf(of).NumField() {
			attribute, _, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("dynamodbav"), ",")
			if place.fields == nil || attribute == "" || slices.Contains(never, attribute) {
				continue
			}
			if !slices.Contains(place.fields, attribute) && !slices.Contains(place.other, attribute) {
				t.Errorf("%s of %s is neither shown nor named among those that are not", attribute, kind)
			}
		}
	}
}

func TestNoSecretIsExported(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(?i)hash|seed|secret|token|fingerprint|holder|answer|generation|rotations`)
	for kind, s := range shown {
		for _, field := range s.fields {
			if secret.MatchString(field) {
				t.Errorf("%s shows %s", kind, field)
			}
		}
		if s.fields == nil && slices.Contains([]string{"account", "credential", "link", "session", "idempotency", "upload"}, kind) {
			t.Errorf("%s shows whatever there is: name its attributes", kind)
		}
	}
	for _, sk := range []string{"ACCOUNT", "ACCOUNT#CREDENTIAL", "SESSION#x", "PROGRESS#x", "LIKE#x", "CERTIFICATE#x", "IDEMPOTENCY#x"} {
		item, err := attributevalue.MarshalMap(map[string]any{"pk": "USER#x", "sk": sk, "hash": "s3cret", "seed": "s3cret", "token": "s3cret", "secret": "s3cret"})
		if err != nil {
			t.Fatal(err)
		}
		_, view, err := exported(item)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range view {
			if strings.Contains(value.(string), "s3cret") {
				t.Errorf("%s shows %s", sk, name)
			}
		}
	}
	item, _ := attributevalue.MarshalMap(map[string]any{"pk": "USER#x", "sk": "DIARY#x"})
	if _, _, err := exported(item); err == nil {
		t.Error("a kind without an entry is let through")
	}
}
