package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/domain"
)

// Audit keeps the audit trail in the learning table. An entry lies in the partition of the user it
// is about, so that it is erased and exported with all else of theirs. What somebody did to another
// lies in both partitions: when one of the two is erased, the other's copy stays and names an id
// that leads nowhere. Nothing changes an entry, and only an erasure and the TTL remove one.
type Audit struct {
	Table Table
	Kept  time.Duration // how long; Keep alone needs it
}

var (
	_ domain.Trail     = Audit{}
	_ domain.AuditList = Audit{}
)

type auditItem struct {
	key
	Kind        string `dynamodbav:"kind"`
	Actor       string `dynamodbav:"actor,omitempty"`
	Subject     string `dynamodbav:"subject,omitempty"`
	Address     string `dynamodbav:"address,omitempty"`
	Outcome     string `dynamodbav:"outcome"`
	From        string `dynamodbav:"from,omitempty"`
	RequestID   string `dynamodbav:"requestId"`
	ExpiresAt   int64  `dynamodbav:"expiresAt"`             // Unix seconds, TTL
	CataloguePK string `dynamodbav:"cataloguePk,omitempty"` // the kind; in one of two copies
	CatalogueSK string `dynamodbav:"catalogueSk,omitempty"`
}

// Keep implements domain.Trail in one write, or two for what a user did to another.
func (a Audit) Keep(ctx context.Context, e domain.AuditEntry) error {
	item := auditItem{
		Kind: e.Kind, Actor: e.Actor.String(), Subject: e.Subject.String(), Address: e.Address, Outcome: e.Outcome, From: e.From, RequestID: e.RequestID,
		ExpiresAt: e.At().Add(a.Kept).Unix(), CataloguePK: auditPK(e.Kind), CatalogueSK: e.ID.String(),
	}
	var none domain.UserID
	switch {
	case e.Actor != none:
		item.key = auditKey(e.Actor, e.ID)
	case e.Subject != none:
		item.key = auditKey(e.Subject, e.ID)
	default:
		item.key = key{"NOBODY#" + e.Address, auditSK + e.ID.String()}
	}
	if err := a.Table.put(ctx, item); err != nil || e.Actor == none || e.Subject == none || e.Actor == e.Subject {
		return err
	}
	item.key, item.CataloguePK, item.CatalogueSK = auditKey(e.Subject, e.ID), "", ""
	return a.Table.put(ctx, item)
}

// Of implements domain.AuditList in one query.
func (a Audit) Of(ctx context.Context, user domain.UserID, page domain.Page) ([]domain.AuditEntry, string, error) {
	consistent, forward, condition := true, false, "pk = :pk AND begins_with(sk, :audit)"
	query := &dynamodb.QueryInput{
		ConsistentRead: &consistent, ScanIndexForward: &forward, KeyConditionExpression: &condition,
		ExpressionAttributeValues: attributes{":pk": str(userPK(user)), ":audit": str(auditSK)},
	}
	if page.After != "" {
		query.ExclusiveStartKey = key{userPK(user), page.After}.av()
	}
	return a.page(ctx, query, page.Limit, func(i auditItem) string { return i.SK })
}

// Kind implements domain.AuditList in one query of the index catalogue.
func (a Audit) Kind(ctx context.Context, kind string, page domain.Page) ([]domain.AuditEntry, string, error) {
	index, forward, condition := catalogueIndex, false, "cataloguePk = :kind"
	query := &dynamodb.QueryInput{
		IndexName: &index, ScanIndexForward: &forward, KeyConditionExpression: &condition,
		ExpressionAttributeValues: attributes{":kind": str(auditPK(kind))},
	}
	if page.After != "" { // an entry's id ends its sort key, and its partition stands before it
		pk, id := page.After[:len(page.After)-37], page.After[len(page.After)-36:]
		start := key{pk, auditSK + id}.av()
		start["cataloguePk"], start["catalogueSk"] = str(auditPK(kind)), str(id)
		query.ExclusiveStartKey = start
	}
	return a.page(ctx, query, page.Limit, func(i auditItem) string { return i.PK + " " + i.CatalogueSK })
}

func (a Audit) page(ctx context.Context, query *dynamodb.QueryInput, limit int, place func(auditItem) string) ([]domain.AuditEntry, string, error) {
	items, next, err := pageOf(ctx, a.Table, query, limit, place)
	entries := make([]domain.AuditEntry, len(items))
	for i, item := range items {
		entries[i] = domain.AuditEntry{
			ID: domain.RestoreID[domain.AuditEntry](item.SK[len(auditSK):]), Kind: item.Kind, Actor: domain.RestoreID[domain.User](item.Actor),
			Subject: domain.RestoreID[domain.User](item.Subject), Address: item.Address, Outcome: item.Outcome, From: item.From, RequestID: item.RequestID,
		}
	}
	return entries, next, err
}
