package dynamo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Erasures removes all items in the users' partitions of three tables, the claims of their addresses and the objects that records there
// name: kinds of items that are not known here are removed like all others. The order makes every half-done state harmless: first all
// sessions, those to come too, then the credential, so that nobody signs in, at the end the address and the user.
type Erasures struct {
	Accounts  Accounts
	Learning  Table
	Ephemeral Table
	Objects   domain.ObjectEraser
	Now       func() time.Time
}

var (
	_ domain.Erasures    = Erasures{}
	_ domain.SessionGate = Erasures{}
)

// forever is later than every session is opened.
const forever = "9999-12-31T23:59:59.999Z"

// erasureItem takes the place of the item that ends all sessions until some time: it ends them all, and is the receipt.
type erasureItem struct {
	endItem
	Session string       `dynamodbav:"session,omitempty"`
	BeganAt string       `dynamodbav:"beganAt"`
	EndedAt string       `dynamodbav:"endedAt,omitempty"`
	Erased  []erasedItem `dynamodbav:"erased"`
}

type erasedItem struct {
	Store string `dynamodbav:"store"`
	Kind  string `dynamodbav:"kind"`
	Count int    `dynamodbav:"count"`
}

// Standing implements domain.SessionGate as Sessions does, in the same call, but lets the session that asked for its user's erasure
// through: so its owner can go on with it and read the receipt.
func (e Erasures) Standing(ctx context.Context, caller domain.Caller) error {
	user, session := caller.UserID, caller.SessionID
	tables, err := batchGet(ctx, e.Ephemeral.Client, map[string][]key{e.Ephemeral.Name: {endedKey(user, session), epochKey(user)}})
	if err != nil {
		return err
	}
	var record erasureItem
	if err := attributevalue.UnmarshalMap(tables[e.Ephemeral.Name][epochKey(user)], &record); err != nil {
		return err
	}
	if record.At == forever && record.Session == session.String() {
		return nil
	}
	return standing(tables[e.Ephemeral.Name], user, session, caller.PasswordAt)
}

// Begun implements domain.Erasures in one read.
func (e Erasures) Begun(ctx context.Context, user domain.UserID) (domain.Erasure, bool, error) {
	var record erasureItem
	if _, err := e.Ephemeral.get(ctx, epochKey(user), &record); err != nil || record.At != forever {
		return domain.Erasure{}, false, err
	}
	return record.restore(user), true, nil
}

// Erase implements domain.Erasures.
func (e Erasures) Erase(ctx context.Context, user domain.UserID, by domain.SessionID) (domain.Erasure, error) {
	erasure, begun, err := e.Begun(ctx, user)
	if err == nil && !begun {
		erasure, err = e.begin(ctx, user, by)
	}
	if err == nil {
		_, err = e.Accounts.Table.removeAll(ctx, []key{credentialKey(user)})
	}
	if err == nil {
		err = e.sweep(ctx, e.Learning, user)
	}
	if err == nil {
		err = e.sweep(ctx, e.Ephemeral, user)
	}
	if err == nil {
		err = e.account(ctx, user)
	}
	if err != nil || !erasure.EndedAt.IsZero() {
		return erasure, err
	}
	erasure.EndedAt = domain.Millis(e.Now())
	update := "SET endedAt = :now"
	_, err = e.Ephemeral.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &e.Ephemeral.Name, Key: epochKey(user).av(), UpdateExpression: &update,
		ExpressionAttributeValues: attributes{":now": str(domain.FormatTime(erasure.EndedAt))},
	})
	return erasure, wrap(err)
}

// begin counts what is there and ends all sessions, for ever, in the write that keeps the counts.
func (e Erasures) begin(ctx context.Context, user domain.UserID, by domain.SessionID) (domain.Erasure, error) {
	now := domain.Millis(e.Now())
	record := erasureItem{endItem: endItem{key: epochKey(user), At: forever, ExpiresAt: now.Add(domain.ErasureKept).Unix()}, BeganAt: domain.FormatTime(now)}
	if by != (domain.SessionID{}) {
		record.Session = by.String()
	}
	counts, addresses := map[[2]string]int{}, map[string]bool{}
	for store, table := range map[string]Table{"identity": e.Accounts.Table, "learning": e.Learning, "ephemeral": e.Ephemeral} {
		err := table.partition(ctx, user, func(page []attributes) error {
			for _, item := range page {
				k, err := keyOf(item)
				if err != nil {
					return err
				}
				counts[[2]string{store, k.kind()}]++
				if upload := uploadOf(item); upload != nil {
					counts[[2]string{"files", "object"}] += len(upload.Objects())
				}
				if store == "identity" {
					for _, address := range addressesOf(item) {
						addresses[address] = true
					}
				}
			}
			return nil
		})
		if err != nil {
			return domain.Erasure{}, err
		}
	}
	counts[[2]string{"identity", "address"}] = len(addresses)
	for of, n := range counts {
		if n > 0 {
			record.Erased = append(record.Erased, erasedItem{of[0], of[1], n})
		}
	}
	slices.SortFunc(record.Erased, func(a, b erasedItem) int { return strings.Compare(a.Store+"\n"+a.Kind, b.Store+"\n"+b.Kind) })
	return record.restore(user), e.Ephemeral.put(ctx, record)
}

// sweep removes a user's partition, and of each item first what lies elsewhere.
func (e Erasures) sweep(ctx context.Context, table Table, user domain.UserID) error {
	return table.partition(ctx, user, func(page []attributes) error {
		var keys []key
		for _, item := range page {
			k, err := keyOf(item)
			if err != nil {
				return err
			}
			if err := e.eraseFiles(ctx, uploadOf(item)); err != nil {
				return err
			}
			switch {
			case k == epochKey(user):
			case k.kind() == "like":
				if err := e.unlike(ctx, k); err != nil {
					return err
				}
			default:
				keys = append(keys, k)
			}
		}
		_, err := table.removeAll(ctx, keys)
		return err
	})
}

// unlike removes a like, of whatever region, and takes what it counted off this region's count, in one transaction: so a lesson's count is
// right at the end, and a repetition takes nothing off twice.
func (e Erasures) unlike(ctx context.Context, k key) error {
	lesson, _, _ := strings.Cut(strings.TrimPrefix(k.SK, likeSK), "#")
	likes := Likes{Table: e.Learning, Region: e.Accounts.Region}
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		var like likeItem
		if found, err := e.Learning.get(ctx, k, &like); err != nil || !found {
			return err
		}
		condition := "version = :version"
		writes := []types.TransactWriteItem{{Delete: &types.Delete{
			TableName: &e.Learning.Name, Key: k.av(), ConditionExpression: &condition, ExpressionAttributeValues: attributes{":version": num(like.Version)},
		}}}
		if like.Counted != 0 {
			writes = append(writes, likes.addLikes(domain.RestoreID[domain.Lesson](lesson), -like.Counted))
		}
		_, err := e.Learning.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if err == nil {
			return nil
		}
		if !lostRace(err) {
			return failed(err)
		}
	}
	return ErrBusy
}

// account removes the addresses' claims, then the rest of the identity table, the user last: until then a repetition finds the addresses.
func (e Erasures) account(ctx context.Context, user domain.UserID) error {
	for _, table := range e.Accounts.replicas() {
		err := table.partition(ctx, user, func(page []attributes) error {
			var keys []key
			for _, item := range page {
				k, err := keyOf(item)
				if err != nil {
					return err
				}
				for _, address := range addressesOf(item) {
					if err := e.Accounts.disclaim(ctx, address, user); err != nil {
						return err
					}
				}
				if k != userKey(user) {
					keys = append(keys, k)
				}
			}
			_, err := table.removeAll(ctx, keys)
			return err
		})
		if err != nil {
			return err
		}
		if _, err = table.removeAll(ctx, []key{userKey(user)}); err != nil {
			return err
		}
	}
	return nil
}

// disclaim gives an address free if it is the user's.
func (a Accounts) disclaim(ctx context.Context, address string, user domain.UserID) error {
	home, condition := a.home(), "userId = :id"
	_, err := home.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &home.Name, Key: claimKey(domain.RestoreEmail(address)).av(), ConditionExpression: &condition,
		ExpressionAttributeValues: attributes{":id": str(user.String())},
	})
	var other *types.ConditionalCheckFailedException
	if errors.As(err, &other) {
		return nil
	}
	return wrap(err)
}

// addressesOf are the addresses that an item of the identity table names; the user may have claimed each of them.
func addressesOf(item attributes) (addresses []string) {
	for _, name := range []string{"email", "pendingEmail", "formerEmail"} {
		address, ok := item[name].(*types.AttributeValueMemberS)
		if ok && address.Value != "" && !slices.Contains(addresses, address.Value) {
			addresses = append(addresses, address.Value)
		}
	}
	return addresses
}

// uploadOf is the upload that an item is, nil if it is another.
func uploadOf(item attributes) *domain.Upload {
	var upload uploadItem
	if err := attributevalue.UnmarshalMap(item, &upload); err != nil || upload.ObjectKey == "" {
		return nil
	}
	return upload.restore()
}

// eraseFiles removes the objects of an upload, wherever it stands on its way, what arrived in
// staging, and parts of what was never joined.
func (e Erasures) eraseFiles(ctx context.Context, upload *domain.Upload) error {
	if upload == nil {
		return nil
	}
	if upload.State().Parts != "" && upload.State().Status != domain.StatusConfirmed {
		if err := e.Objects.EraseParts(ctx, upload); err != nil {
			return err
		}
	}
	for _, key := range append(upload.Objects(), upload.StagingKey()) {
		if err := e.Objects.EraseObject(ctx, upload.State().Bucket, key); err != nil {
			return err
		}
	}
	return nil
}

func (i erasureItem) restore(user domain.UserID) domain.Erasure {
	e := domain.Erasure{UserID: user, BeganAt: domain.RestoreTime(i.BeganAt), EndedAt: domain.RestoreTime(i.EndedAt)}
	if i.Session != "" {
		e.Session = domain.RestoreID[domain.Session](i.Session)
	}
	for _, c := range i.Erased {
		e.Erased = append(e.Erased, domain.Erased(c))
	}
	return e
}
