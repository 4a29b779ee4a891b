package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// checkReplicas compares all replicated tables, item by item, once everything has arrived.
func (c *cloud) checkReplicas(ctx context.Context) (*verdict, error) {
	v := &verdict{}
	if err := c.quiet(ctx); err != nil {
		return v, err
	}
	var counts []string
	for _, table := range []string{"identity", "learning", "ephemeral"} {
		var first map[string]string
		for region, name := range c.names {
			items, err := c.items(ctx, region, table)
			if err != nil {
				return v, err
			}
			if region == 0 {
				first = items
				counts = append(counts, fmt.Sprintf("%d items of %s", len(items), table))
				continue
			}
			different := 0
			for k := range first {
				if items[k] != first[k] {
					different++
				}
			}
			for k := range items {
				if _, ok := first[k]; !ok {
					different++
				}
			}
			if different > 0 {
				v.say("%d items of %s differ between %s and %s", different, table, c.names[0], name)
			}
		}
	}
	v.text, v.claim = "replicas: "+strings.Join(counts, ", "), "equal in every region"
	return v, nil
}

// items are all items of a table as a region has them, as JSON by their keys.
func (c *cloud) items(ctx context.Context, region int, table string) (map[string]string, error) {
	client := dynamodb.New(dynamodb.Options{Region: c.names[region], BaseEndpoint: &c.dynamoDBs[region],
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	items := map[string]string{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String("lyceum-dev-" + table)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			var key struct{ PK, SK string }
			var all map[string]any
			if err := attributevalue.UnmarshalMap(item, &key); err != nil {
				return nil, err
			}
			if err := attributevalue.UnmarshalMap(item, &all); err != nil {
				return nil, err
			}
			text, err := json.Marshal(all)
			if err != nil {
				return nil, err
			}
			items[key.PK+" "+key.SK] = string(text)
		}
	}
	return items, nil
}
