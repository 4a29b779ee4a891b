package dynamodb

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"time"

	"lyceum/local/dynamodb/internal/attr"
)

// table is a table's description as it is stored. It is not changed once it is in Server.tables: it is replaced.
type table struct {
	ID                string
	Name              string
	Created           time.Time
	Definitions       []attributeDefinition
	KeySchema         []keyElement
	Indexes           []index
	BillingMode       string
	Throughput        throughput
	Stream            *streamSpecification
	SSE               *sseSpecification
	Class             string
	DeletionProtected bool
	TTLAttribute      string      // empty if time to live is off
	Global            Consistency `json:",omitempty"` // empty for a table of this region alone

	keys                           keySchema
	items, ttls, changes, versions []byte // names of buckets
}

// index is a global secondary index.
type index struct {
	Name       string
	KeySchema  []keyElement
	Projection projection
	Throughput throughput

	keys   keySchema
	bucket []byte
	kept   map[string]bool // attributes projected; nil for all
}

type (
	attributeDefinition struct {
		AttributeName string
		AttributeType string
	}
	keyElement struct {
		AttributeName string
		KeyType       string
	}
	projection struct {
		ProjectionType   string
		NonKeyAttributes []string `json:",omitempty"`
	}
	throughput struct {
		ReadCapacityUnits  int64
		WriteCapacityUnits int64
	}
	streamSpecification struct {
		StreamEnabled  bool
		StreamViewType string `json:",omitempty"`
	}
	sseSpecification struct {
		Enabled        bool
		KMSMasterKeyID string `json:"KMSMasterKeyId,omitempty"`
		SSEType        string `json:",omitempty"`
	}
)

// keyAttribute is one attribute of a key.
type keyAttribute struct {
	name string
	kind attr.Type
}

// keySchema is the partition key and, if there is one, the sort key.
type keySchema []keyAttribute

func (k keySchema) has(name string) bool {
	for _, a := range k {
		if a.name == name {
			return true
		}
	}
	return false
}

const itemsSuffix = "/items"

// holdsItems tells the buckets of items and index entries, which hold stored items, from the others.
func holdsItems(bucket []byte) bool {
	return strings.HasSuffix(string(bucket), itemsSuffix) || strings.Contains(string(bucket), "/index/")
}

// prepare fills what follows from the description.
func (t *table) prepare() {
	t.keys = t.schema(t.KeySchema)
	t.items, t.ttls = []byte(t.ID+itemsSuffix), []byte(t.ID+"/ttl")
	t.changes, t.versions = []byte(t.ID+"/changes"), []byte(t.ID+"/versions")
	for i := range t.Indexes {
		x := &t.Indexes[i]
		x.keys, x.bucket = t.schema(x.KeySchema), []byte(t.ID+"/index/"+x.Name)
		if x.Projection.ProjectionType == "ALL" {
			continue
		}
		x.kept = map[string]bool{}
		for _, k := range append(append(keySchema{}, t.keys...), x.keys...) {
			x.kept[k.name] = true
		}
		for _, name := range x.Projection.NonKeyAttributes {
			x.kept[name] = true
		}
	}
}

func (t *table) schema(elements []keyElement) keySchema {
	keys := make(keySchema, len(elements))
	for i, e := range elements {
		keys[i] = keyAttribute{e.AttributeName, t.definition(e.AttributeName)}
	}
	return keys
}

func (t *table) definition(name string) attr.Type {
	for _, d := range t.Definitions {
		if d.AttributeName == name {
			return attr.Type(d.AttributeType)
		}
	}
	return ""
}

func (t *table) index(name string) *index {
	for i := range t.Indexes {
		if t.Indexes[i].Name == name {
			return &t.Indexes[i]
		}
	}
	return nil
}

// appendKey appends the stored form of a key: four bytes of hash of the partition key, so that a scan meets partitions in
// no order to rely on and segments are ranges; then each attribute in its sortable form.
func (k keySchema) appendKey(dst []byte, item attr.Map) []byte {
	dst = appendPartition(dst, item[k[0].name])
	for _, a := range k[1:] {
		dst = attr.AppendKey(dst, item[a.name])
	}
	return dst
}

func appendPartition(dst []byte, v attr.Value) []byte {
	start := len(dst)
	dst = attr.AppendKey(append(dst, 0, 0, 0, 0), v)
	binary.BigEndian.PutUint32(dst[start:], crc32.ChecksumIEEE(dst[start+4:]))
	return dst
}

// primaryKey is the stored form of an item's primary key.
func (t *table) primaryKey(item attr.Map) []byte { return t.keys.appendKey(nil, item) }

// entryKey is the stored form of an index entry's key, which ends with the primary key; nil if the item is not in the index.
func (x *index) entryKey(item attr.Map, primary []byte) []byte {
	for _, a := range x.keys {
		if item[a.name] == nil {
			return nil
		}
	}
	return append(x.keys.appendKey(nil, item), primary...)
}

// project returns the attributes that an index holds.
func (x *index) project(item attr.Map) attr.Map {
	if x.kept == nil {
		return item
	}
	m := make(attr.Map, len(x.kept))
	for name := range x.kept {
		if v, ok := item[name]; ok {
			m[name] = v
		}
	}
	return m
}

// only returns the key attributes of an item.
func (k keySchema) only(item attr.Map) attr.Map {
	m := make(attr.Map, len(k))
	for _, a := range k {
		m[a.name] = item[a.name]
	}
	return m
}

// leadingKey is the partition key value as policies' dynamodb:LeadingKeys sees it.
func (k keySchema) leadingKey(item attr.Map) string {
	switch v := item[k[0].name].(type) {
	case attr.String:
		return string(v)
	case attr.Number:
		return v.String()
	case attr.Binary:
		return base64.StdEncoding.EncodeToString([]byte(v))
	}
	return ""
}
