package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/domain"
)

// Exports reads all that is kept of users.
type Exports struct {
	Identity, Learning, Ephemeral Table
}

var _ domain.Exports = Exports{}

// shown says of each kind of item in users' partitions where an export shows it and which attributes; the others are named so that none
// is forgotten. Secrets and what only this system has a use for are not shown. Without a list of attributes all are shown but the others.
// A test holds the kinds to keys.go.
var shown = map[string]struct {
	section       string
	fields, other []string
}{
	"account": {"account", []string{"email", "emailVerified", "pendingEmail", "formerEmail", "formerVerified", "username", "role", "timeZone", "createdAt", "updatedAt"},
		[]string{"version", "event", "usersPk", "usersSk"}},
	"credential":  {"password", []string{"changedAt"}, []string{"hash", "event"}},
	"link":        {"mailedLinks", []string{"email", "issuedAt"}, []string{"hash", "askedBy"}},
	"progress":    {"progress", nil, []string{"event", "version"}},
	"resume":      {"positions", nil, []string{"version"}},
	"done":        {"history", nil, []string{"version"}},
	"summary":     {"summaries", nil, []string{"event", "version"}},
	"like":        {"likes", []string{"liked", "at"}, []string{"ever", "counted", "version", "event"}},
	"certificate": {"certificates", nil, []string{"version"}},
	"upload": {"uploads", []string{"originalName", "contentType", "size", "pixels", "sha256", "status", "reason", "createdAt"},
		[]string{"objectKey", "bucket", "region", "parts", "etag", "thumbnails", "maker", "makerUntil", "until", "expiresAt", "version"}},
	"quota":       {"storage", []string{"bytes", "files"}, []string{"open", "version"}},
	"audit":       {"activity", []string{"kind", "outcome", "from", "requestId"}, []string{"actor", "subject", "address", "expiresAt", "cataloguePk", "catalogueSk"}},
	"avatar":      {"picture", []string{"upload", "changedAt"}, []string{"before"}},
	"session":     {"sessions", []string{"device", "region", "createdAt", "lastUsedAt"}, []string{"passwordAt", "repeatedAt", "seed", "generation", "rotations", "expiresAt"}},
	"session-end": {"endedSessions", []string{"at"}, []string{"passwordAt", "expiresAt"}},
	"idempotency": {"repeatableRequests", []string{"beganAt"}, []string{"fingerprint", "holder", "leaseUntil", "seed", "answer", "expiresAt"}},
}

// exportBytes is after how much JSON a part ends, at the next page of DynamoDB's of at most 1 MB: an answer of Lambda takes 6 MB.
const exportBytes = 2 << 20

// Export implements domain.Exports: one query of each table for a part, more for much.
func (e Exports) Export(ctx context.Context, user domain.UserID, after string) (domain.Export, error) {
	part := domain.Export{Sections: map[string][]map[string]any{}}
	table, sk, _ := strings.Cut(after, " ")
	begun, size := after == "", 0
	for _, t := range []struct {
		name string
		Table
	}{{"identity", e.Identity}, {"learning", e.Learning}, {"ephemeral", e.Ephemeral}} {
		if !begun && t.name != table {
			continue
		}
		start := ""
		if !begun {
			begun, start = true, sk
		}
		for {
			items, next, err := t.page(ctx, user, start)
			if err != nil {
				return part, err
			}
			for _, item := range items {
				n, err := add(part, item)
				if err != nil {
					return part, err
				}
				size += n
			}
			if next == "" {
				break
			}
			if start = next; size > exportBytes {
				part.Next = t.name + " " + next
				return part, nil
			}
		}
	}
	return part, nil
}

// page reads a page of the user's partition after a sort key, "" for the start. next is "" at the end.
func (t Table) page(ctx context.Context, user domain.UserID, after string) (items []attributes, next string, err error) {
	consistent, condition := true, "pk = :pk"
	query := &dynamodb.QueryInput{
		TableName: &t.Name, KeyConditionExpression: &condition, ConsistentRead: &consistent,
		ExpressionAttributeValues: attributes{":pk": str(userPK(user))},
	}
	if after != "" {
		query.ExclusiveStartKey = key{userPK(user), after}.av()
	}
	res, err := t.Client.Query(ctx, query)
	if err != nil {
		return nil, "", failed(err)
	}
	if res.LastEvaluatedKey == nil {
		return res.Items, "", nil
	}
	last, err := keyOf(res.LastEvaluatedKey)
	return res.Items, last.SK, err
}

// never are attributes that no kind shows, whatever its list says.
var never = []string{"pk", "sk", "hash", "seed", "secret", "token", "version", "expiresAt"}

// exported is an item as its owner sees it, and the section it stands in.
func exported(item attributes) (section string, view map[string]any, err error) {
	k, err := keyOf(item)
	if err != nil {
		return "", nil, err
	}
	kind, known := shown[k.kind()]
	if !known {
		return "", nil, fmt.Errorf("items of the kind %s have no place in an export", k.kind())
	}
	var all map[string]any
	if err := attributevalue.UnmarshalMap(item, &all); err != nil {
		return "", nil, err
	}
	view = map[string]any{}
	if _, id, named := strings.Cut(k.SK, "#"); named && k.kind() != "credential" {
		view["id"] = id
	}
	for name, value := range all {
		if slices.Contains(never, name) || slices.Contains(kind.other, name) || kind.fields != nil && !slices.Contains(kind.fields, name) {
			continue
		}
		view[name] = value
	}
	return kind.section, view, nil
}

// add puts an item into its section and returns how many bytes of JSON it takes.
func add(part domain.Export, item attributes) (int, error) {
	section, view, err := exported(item)
	if err != nil {
		return 0, err
	}
	text, err := json.Marshal(view)
	part.Sections[section] = append(part.Sections[section], view)
	return len(text), err
}
