package dynamodb

import (
	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
)

// tableDescription is the wire form of a table. Tables are ACTIVE as soon as they are made.
type tableDescription struct {
	AttributeDefinitions      []attributeDefinition
	TableName                 string
	KeySchema                 []keyElement
	TableStatus               string
	CreationDateTime          float64
	ProvisionedThroughput     throughputDescription
	TableSizeBytes            int64
	ItemCount                 int64
	TableArn                  string
	TableId                   string
	BillingModeSummary        *billingModeSummary  `json:",omitempty"`
	GlobalSecondaryIndexes    []indexDescription   `json:",omitempty"`
	StreamSpecification       *streamSpecification `json:",omitempty"`
	SSEDescription            *sseDescription      `json:",omitempty"`
	TableClassSummary         *tableClassSummary   `json:",omitempty"`
	DeletionProtectionEnabled bool
}

type (
	throughputDescription struct {
		NumberOfDecreasesToday int64
		throughput
	}
	billingModeSummary struct{ BillingMode string }
	sseDescription     struct{ Status, SSEType string }
	tableClassSummary  struct{ TableClass string }
	indexDescription   struct {
		IndexName             string
		KeySchema             []keyElement
		Projection            projection
		IndexStatus           string
		ProvisionedThroughput throughputDescription
		IndexSizeBytes        int64
		ItemCount             int64
		IndexArn              string
	}
)

// describe counts the items anew; AWS updates the counts every six hours.
func (s *Server) describe(t *table, status string) (*tableDescription, error) {
	d := &tableDescription{
		AttributeDefinitions: t.Definitions, TableName: t.Name, KeySchema: t.KeySchema, TableStatus: status,
		CreationDateTime: float64(t.Created.UnixMilli()) / 1000, ProvisionedThroughput: throughputDescription{throughput: t.Throughput},
		TableArn: s.tableARN(t.Name), TableId: t.ID, StreamSpecification: t.Stream, DeletionProtectionEnabled: t.DeletionProtected,
	}
	if t.BillingMode == "PAY_PER_REQUEST" {
		d.BillingModeSummary = &billingModeSummary{t.BillingMode}
	}
	if t.SSE != nil && t.SSE.Enabled {
		d.SSEDescription = &sseDescription{"ENABLED", "KMS"}
	}
	if t.Class != "" {
		d.TableClassSummary = &tableClassSummary{t.Class}
	}
	return d, s.db.View(func(tx *bolt.Tx) (err error) {
		if d.ItemCount, d.TableSizeBytes, err = count(tx, t.items); err != nil {
			return err
		}
		for _, x := range t.Indexes {
			part := indexDescription{
				IndexName: x.Name, KeySchema: x.KeySchema, Projection: x.Projection, IndexStatus: status,
				ProvisionedThroughput: throughputDescription{throughput: x.Throughput}, IndexArn: s.tableARN(t.Name) + "/index/" + x.Name,
			}
			if part.ItemCount, part.IndexSizeBytes, err = count(tx, x.bucket); err != nil {
				return err
			}
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, part)
		}
		return nil
	})
}

func count(tx *bolt.Tx, name []byte) (items, size int64, err error) {
	bucket := tx.Bucket(name)
	if bucket == nil { // the table was deleted meanwhile
		return 0, 0, noTable("")
	}
	err = bucket.ForEach(func(_, data []byte) error {
		item, err := attr.ParseItem(string(data))
		items, size = items+1, size+int64(item.ItemSize())
		return err
	})
	return items, size, err
}
