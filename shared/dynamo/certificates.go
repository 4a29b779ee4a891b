package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Certificates keeps certificates in their owners' partitions of the learning table, and in the index catalogue under their public ids. If
// two regions award one at the same time, the later write stays.
type Certificates struct{ Table Table }

var (
	_ domain.Awards          = Certificates{}
	_ domain.Certificates    = Certificates{}
	_ domain.CertificateList = Certificates{}
	_ domain.CredentialKeys  = Certificates{}
)

type certificateItem struct {
	key
	AwardedAt   string `dynamodbav:"awardedAt"`
	Credential  string `dynamodbav:"credential"`
	CataloguePK string `dynamodbav:"cataloguePk"` // the public id
	CatalogueSK string `dynamodbav:"catalogueSk"`
}

// credentialKeyItem is a public key by which certificates are checked. It stays when the key ring has long forgotten it.
type credentialKeyItem struct {
	key
	JWK string `dynamodbav:"jwk"`
}

// OfTrack implements domain.Awards in one read.
func (c Certificates) OfTrack(ctx context.Context, owner domain.UserID, track domain.Track) (domain.Certificate, error) {
	var item certificateItem
	found, err := c.Table.get(ctx, certificateKey(owner, track), &item)
	if err == nil && !found {
		err = domain.ErrNoCertificate
	}
	if err != nil {
		return domain.Certificate{}, err
	}
	return item.restore(), nil
}

// Award implements domain.Awards in one write.
func (c Certificates) Award(ctx context.Context, d domain.Certificate) error {
	av, err := attributevalue.MarshalMap(certificateItem{
		certificateKey(d.Owner, d.Track), domain.FormatTime(d.AwardedAt), d.Credential, certificatePK(d.ID), certificateSK,
	})
	if err != nil {
		return err
	}
	condition := "attribute_not_exists(pk)"
	_, err = c.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.Table.Name, Item: av, ConditionExpression: &condition})
	var there *types.ConditionalCheckFailedException
	if errors.As(err, &there) {
		return nil
	}
	return wrap(err)
}

// KeepKey implements domain.Awards in one write.
func (c Certificates) KeepKey(ctx context.Context, id string, jwk []byte) error {
	return c.Table.put(ctx, credentialKeyItem{credentialKeyKey(id), string(jwk)})
}

// CredentialKey implements domain.CredentialKeys in one read.
func (c Certificates) CredentialKey(ctx context.Context, id string) ([]byte, error) {
	var item credentialKeyItem
	found, err := c.Table.get(ctx, credentialKeyKey(id), &item)
	if err == nil && !found {
		err = domain.ErrNoCredentialKey
	}
	return []byte(item.JWK), err
}

// Certificates implements domain.CertificateList in one query.
func (c Certificates) Certificates(ctx context.Context, owner domain.UserID) ([]domain.Certificate, error) {
	consistent, condition := true, "pk = :pk AND begins_with(sk, :certificate)"
	pages := dynamodb.NewQueryPaginator(c.Table.Client, &dynamodb.QueryInput{
		TableName: &c.Table.Name, KeyConditionExpression: &condition, ConsistentRead: &consistent,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(userPK(owner)), ":certificate": str(certificateSK + "#")},
	})
	var all []domain.Certificate
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed(err)
		}
		var items []certificateItem
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &items); err != nil {
			return nil, err
		}
		for _, item := range items {
			all = append(all, item.restore())
		}
	}
	return all, nil
}

// Certificate implements domain.Certificates in one query of the index.
func (c Certificates) Certificate(ctx context.Context, id domain.CertificateID) (domain.Certificate, error) {
	index, condition := catalogueIndex, "cataloguePk = :id"
	res, err := c.Table.Client.Query(ctx, &dynamodb.QueryInput{
		TableName: &c.Table.Name, IndexName: &index, KeyConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":id": str(certificatePK(id))},
	})
	if err != nil {
		return domain.Certificate{}, failed(err)
	}
	if len(res.Items) == 0 {
		return domain.Certificate{}, domain.ErrNoCertificate
	}
	var item certificateItem
	err = attributevalue.UnmarshalMap(res.Items[0], &item)
	return item.restore(), err
}

func (i certificateItem) restore() domain.Certificate {
	if i.PK == "" {
		return domain.Certificate{}
	}
	return domain.Certificate{
		ID: domain.RestoreID[domain.Certificate](i.CataloguePK[len(certificatePK(domain.CertificateID{})):]), Owner: domain.RestoreID[domain.User](i.PK[len("USER#"):]),
		Track: domain.RestoreTrack(i.SK[len(certificateSK+"#"):]), AwardedAt: domain.RestoreTime(i.AwardedAt), Credential: i.Credential,
	}
}
