package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// atOnce is how many items or objects are written concurrently.
const atOnce = 16

// restore brings back what is not there. A half-done backup is refused: it could have files without
// the bytes of others.
func (e environment) restore(ctx context.Context, from place) error {
	if file, err := from.get(ctx, complete); errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no complete backup: run save again until it ends without an error")
	} else if err != nil {
		return err
	} else {
		file.Close()
	}
	for _, name := range bucketNames {
		if err := e.each(ctx, from, "buckets", name, func(ctx context.Context, p page, i int) (bool, error) {
			return restoreObject(ctx, from, e.buckets[name], name, p.Objects[i])
		}); err != nil {
			return fmt.Errorf("bucket %s: %w", name, err)
		}
	}
	for _, name := range tableNames {
		if err := e.each(ctx, from, "tables", name, func(ctx context.Context, p page, i int) (bool, error) {
			return e.restoreItem(ctx, name, p.Items[i])
		}); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

// each brings back all of a table or bucket, several at a time, and says how many were there
// already.
func (e environment) each(ctx context.Context, from place, kind, name string, one func(context.Context, page, int) (written bool, err error)) error {
	var written, there int
	for number := 1; ; number++ {
		var p page
		if err := read(ctx, from, pageName(kind, name, number), &p); err != nil {
			return err
		}
		var group sync.WaitGroup
		var lock sync.Mutex
		var failed error
		slots := make(chan struct{}, atOnce)
		for i := range len(p.Items) + len(p.Objects) {
			slots <- struct{}{}
			group.Go(func() {
				defer func() { <-slots }()
				done, err := one(ctx, p, i)
				lock.Lock()
				defer lock.Unlock()
				switch {
				case err != nil:
					failed = err
				case done:
					written++
				default:
					there++
				}
			})
		}
		group.Wait()
		if failed != nil {
			return failed
		}
		fmt.Fprintf(e.out, "%s %s: %d restored, %d were there\n", kind, name, written, there)
		if p.Next == nil {
			return nil
		}
	}
}

func (e environment) restoreItem(ctx context.Context, name string, text []byte) (written bool, err error) {
	item, err := attributevalue.UnmarshalMapJSON(text)
	if err != nil {
		return false, err
	}
	table := e.tables[name]
	_, err = table.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table.Name, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")})
	if _, there := errors.AsType[*types.ConditionalCheckFailedException](err); there {
		return false, nil
	}
	return err == nil, err
}

func restoreObject(ctx context.Context, from place, to bucket, name string, o object) (written bool, err error) {
	_, err = to.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &to.name, Key: &o.Key})
	if response, ok := errors.AsType[*awshttp.ResponseError](err); err == nil || !ok || response.HTTPStatusCode() != http.StatusNotFound {
		return false, err
	}
	body, err := from.get(ctx, bodyName(name, o.Key))
	if err != nil {
		return false, err
	}
	defer body.Close()
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	err = spooled("", body, func(file *os.File) error {
		_, err := to.client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &to.name, Key: &o.Key, Body: file, ContentType: text(o.Type), ContentDisposition: text(o.Disposition),
			ContentEncoding: text(o.Encoding), CacheControl: text(o.Cache), Metadata: o.Metadata,
		})
		return err
	})
	return err == nil, err
}
