package dynamodb

import (
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

type (
	tableInput       struct{ TableName *string }
	createTableInput struct {
		TableName                 *string
		KeySchema                 []keyElement
		AttributeDefinitions      []attributeDefinition
		BillingMode               string
		ProvisionedThroughput     *throughput
		GlobalSecondaryIndexes    *[]indexInput
		LocalSecondaryIndexes     []indexInput
		StreamSpecification       *streamSpecification
		SSESpecification          *sseSpecification
		TableClass                string
		DeletionProtectionEnabled bool
		Tags                      []tag
	}
	indexInput struct {
		IndexName             string
		KeySchema             []keyElement
		Projection            *projection
		ProvisionedThroughput *throughput
	}
	tag             struct{ Key, Value string } // accepted and forgotten: no operation shows them
	listTablesInput struct {
		ExclusiveStartTableName string
		Limit                   *int64
	}
	listTablesOutput struct {
		TableNames             []string
		LastEvaluatedTableName string `json:",omitempty"`
	}
	describeTableOutput struct{ Table *tableDescription }
	createTableOutput   struct{ TableDescription *tableDescription }
)

const maxListed = 100

// find checks the name, asks for permission and finds the table.
func (in *tableInput) find(c *call) (*table, error) {
	var v violations
	in.TableName = c.tableName(in.TableName)
	if v.name("tableName", in.TableName); len(v) > 0 {
		return nil, v.err()
	}
	if err := c.authorize(c.operation, c.tableARN(*in.TableName)); err != nil {
		return nil, err
	}
	if t := c.table(*in.TableName); t != nil {
		return t, nil
	}
	return nil, noTable(*in.TableName)
}

func (c *call) describeTable(in *tableInput) (*describeTableOutput, error) {
	t, err := in.find(c)
	if err != nil {
		return nil, err
	}
	d, err := c.describe(t, "ACTIVE")
	return &describeTableOutput{d}, err
}

func (c *call) listTables(in *listTablesInput) (*listTablesOutput, error) {
	var v violations
	v.atLeast("limit", in.Limit, 1)
	v.atMost("limit", in.Limit, maxListed)
	if in.ExclusiveStartTableName != "" {
		v.name("exclusiveStartTableName", &in.ExclusiveStartTableName)
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	if err := c.authorize(c.operation, allTables); err != nil {
		return nil, err
	}
	limit := maxListed
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	names := slices.DeleteFunc(sortedNames(*c.tables.Load()), func(name string) bool { return name <= in.ExclusiveStartTableName })
	out := &listTablesOutput{TableNames: names}
	if len(names) > limit {
		out.TableNames, out.LastEvaluatedTableName = names[:limit], names[limit-1]
	}
	if out.TableNames == nil {
		out.TableNames = []string{}
	}
	return out, nil
}

func (c *call) deleteTable(in *tableInput) (*createTableOutput, error) {
	t, err := in.find(c)
	if err != nil {
		return nil, err
	}
	d, err := c.describe(t, "DELETING")
	if err != nil {
		return nil, err
	}
	return &createTableOutput{d}, c.changeTables(func(tx *bolt.Tx, tables map[string]*table) error {
		t := tables[*in.TableName]
		if t == nil {
			return noTable(*in.TableName)
		}
		if t.DeletionProtected {
			return invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
		}
		delete(tables, t.Name)
		for _, name := range t.buckets() {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketTables).Delete([]byte(t.Name))
	})
}

// buckets names all buckets that a table has.
func (t *table) buckets() [][]byte {
	names := [][]byte{t.items}
	if t.TTLAttribute != "" {
		names = append(names, t.ttls)
	}
	if t.recorded() {
		names = append(names, t.changes)
	}
	if t.Global == Eventual {
		names = append(names, t.versions)
	}
	for _, x := range t.Indexes {
		names = append(names, x.bucket)
	}
	return names
}

// recorded tells whether changes of the table are recorded.
func (t *table) recorded() bool { return t.Stream != nil || t.Global != "" }

func saveTable(tx *bolt.Tx, t *table) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketTables).Put([]byte(t.Name), data)
}

func (c *call) createTable(in *createTableInput) (*createTableOutput, error) {
	in.TableName = c.tableName(in.TableName)
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := c.authorize(c.operation, c.tableARN(*in.TableName)); err != nil {
		return nil, err
	}
	t := in.table(c.now)
	err := c.changeTables(func(tx *bolt.Tx, tables map[string]*table) error {
		if tables[t.Name] != nil {
			return newError(ofDynamoDB, "ResourceInUseException", "Table already exists: %s", t.Name)
		}
		tables[t.Name] = t
		for _, name := range t.buckets() {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return saveTable(tx, t)
	})
	if err != nil {
		return nil, err
	}
	d, err := c.describe(t, "ACTIVE")
	return &createTableOutput{d}, err
}

func (in *createTableInput) table(now time.Time) *table {
	t := &table{
		ID: uuid.NewString(), Name: *in.TableName, Created: now.UTC(), Definitions: in.AttributeDefinitions, KeySchema: in.KeySchema,
		BillingMode: in.BillingMode, SSE: in.SSESpecification, Class: in.TableClass, DeletionProtected: in.DeletionProtectionEnabled,
	}
	if in.ProvisionedThroughput != nil {
		t.Throughput = *in.ProvisionedThroughput
	}
	if in.StreamSpecification != nil && in.StreamSpecification.StreamEnabled {
		t.Stream = in.StreamSpecification
	}
	for _, x := range in.indexes() {
		made := index{Name: x.IndexName, KeySchema: x.KeySchema, Projection: *x.Projection}
		if x.ProvisionedThroughput != nil {
			made.Throughput = *x.ProvisionedThroughput
		}
		t.Indexes = append(t.Indexes, made)
	}
	slices.SortFunc(t.Indexes, func(a, b index) int { return strings.Compare(a.Name, b.Name) })
	t.prepare()
	return t
}

func (in *createTableInput) indexes() []indexInput {
	if in.GlobalSecondaryIndexes == nil {
		return nil
	}
	return *in.GlobalSecondaryIndexes
}
