package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// complete is the file that a backup has when everything is in it.
const complete = "complete.json"

// page is a file of a backup: some items of a table or objects of a bucket, and where the next page
// begins; the last one has no next.
type page struct {
	Items   []json.RawMessage `json:"items,omitempty"` // as DynamoDB writes them
	Objects []object          `json:"objects,omitempty"`
	Next    json.RawMessage   `json:"next,omitempty"`
}

// object is one of a bucket; its bytes are a file of their own.
type object struct {
	Key         string            `json:"key"`
	Size        int64             `json:"size"`
	Type        string            `json:"type,omitempty"`
	Disposition string            `json:"disposition,omitempty"`
	Encoding    string            `json:"encoding,omitempty"`
	Cache       string            `json:"cache,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

func pageName(kind, name string, number int) string {
	return fmt.Sprintf("%s/%s/%06d.json", kind, name, number)
}

// bodyName is free of what file systems do not take: keys of objects are any text.
func bodyName(bucket, key string) string {
	return fmt.Sprintf("bodies/%s/%x", bucket, sha256.Sum256([]byte(key)))
}

func read(ctx context.Context, from place, name string, into any) error {
	file, err := from.get(ctx, name)
	if err != nil {
		return err
	}
	defer file.Close()
	return json.NewDecoder(file).Decode(into)
}

func write(ctx context.Context, to place, name string, content any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return to.put(ctx, name, bytes.NewReader(text))
}

// save writes a backup, from the page on that is not there yet.
func (e environment) save(ctx context.Context, to place) error {
	var done struct{ At time.Time }
	if err := read(ctx, to, complete, &done); err == nil {
		fmt.Fprintf(e.out, "the backup of %s is complete; name another place for a new one\n", done.At.Format(time.RFC3339))
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range tableNames { // before the objects that they name
		if err := e.pages(ctx, to, "tables", name, e.tablePage); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	for _, name := range bucketNames {
		if err := e.pages(ctx, to, "buckets", name, func(ctx context.Context, name string, after json.RawMessage) (page, error) {
			return e.bucketPage(ctx, to, name, after)
		}); err != nil {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	done.At = time.Now().UTC()
	return write(ctx, to, complete, done)
}

func (e environment) pages(ctx context.Context, to place, kind, name string, next func(context.Context, string, json.RawMessage) (page, error)) error {
	count := 0
	var after json.RawMessage
	for number := 1; ; number++ {
		var p page
		err := read(ctx, to, pageName(kind, name, number), &p)
		if errors.Is(err, fs.ErrNotExist) {
			if p, err = next(ctx, name, after); err == nil {
				err = write(ctx, to, pageName(kind, name, number), p)
			}
		}
		if err != nil {
			return err
		}
		count += len(p.Items) + len(p.Objects)
		fmt.Fprintf(e.out, "%s %s: %d saved\n", kind, name, count)
		if after = p.Next; after == nil {
			return nil
		}
	}
}

// tablePage reads a part of a table, at most the 1 MB that DynamoDB gives at a time.
func (e environment) tablePage(ctx context.Context, name string, after json.RawMessage) (p page, err error) {
	table := e.tables[name]
	in := &dynamodb.ScanInput{TableName: &table.Name, ConsistentRead: aws.Bool(true), Limit: &e.page}
	if after != nil {
		if in.ExclusiveStartKey, err = attributevalue.UnmarshalMapJSON(after); err != nil {
			return p, err
		}
	}
	out, err := table.Client.Scan(ctx, in)
	if err != nil {
		return p, err
	}
	for _, item := range out.Items {
		if expires(name, item) {
			continue
		}
		text, err := attributevalue.MarshalMapJSON(item)
		if err != nil {
			return p, err
		}
		p.Items = append(p.Items, text)
	}
	if len(out.LastEvaluatedKey) > 0 {
		p.Next, err = attributevalue.MarshalMapJSON(out.LastEvaluatedKey)
	}
	return p, err
}

// expires reports whether an item is left out: what the table that plays the KV store forgets by
// itself. Items of the learning table that expire, such as the outbox, are kept.
func expires(table string, item map[string]types.AttributeValue) bool {
	return table == "ephemeral" && item["expiresAt"] != nil
}

// bucketPage copies the bytes of objects before it names them.
func (e environment) bucketPage(ctx context.Context, to place, name string, after json.RawMessage) (p page, err error) {
	from := e.buckets[name]
	in := &s3.ListObjectsV2Input{Bucket: &from.name, MaxKeys: &e.page}
	if after != nil {
		in.StartAfter = new(string)
		if err := json.Unmarshal(after, in.StartAfter); err != nil {
			return p, err
		}
	}
	list, err := from.client.ListObjectsV2(ctx, in)
	if err != nil {
		return p, err
	}
	for _, listed := range list.Contents {
		o, err := saveObject(ctx, from, to, name, *listed.Key)
		if err != nil {
			return p, fmt.Errorf("%s: %w", *listed.Key, err)
		}
		p.Objects = append(p.Objects, o)
	}
	if n := len(list.Contents); n > 0 && aws.ToBool(list.IsTruncated) {
		p.Next, err = json.Marshal(*list.Contents[n-1].Key)
	}
	return p, err
}

func saveObject(ctx context.Context, from bucket, to place, name, key string) (object, error) {
	out, err := from.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &from.name, Key: &key})
	if err != nil {
		return object{}, err
	}
	defer out.Body.Close()
	return object{
		Key: key, Size: aws.ToInt64(out.ContentLength), Type: aws.ToString(out.ContentType), Disposition: aws.ToString(out.ContentDisposition),
		Encoding: aws.ToString(out.ContentEncoding), Cache: aws.ToString(out.CacheControl), Metadata: out.Metadata,
	}, to.put(ctx, bodyName(name, key), io.Reader(out.Body))
}
