package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lyceum/cmd/lessons/folder"
	"lyceum/local/samples"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// seed imports the sample lessons into a new data folder, once. Their ids are the same on every machine, and a start that was killed
// half-way is finished by the next: the same lesson is never made twice.
func (c *cloud) seed(ctx context.Context) error {
	if c != c.fleet.clouds[0] { // they come here by replication
		return nil
	}
	mark := filepath.Join(c.set.data, "seeded")
	if c.set.data != "" {
		if _, err := os.Stat(mark); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	variables := c.stack.Functions[0].Environment // Globals: every function is told the tables and buckets
	library := folder.Library{
		Lessons: dynamo.Lessons{
			Table: dynamo.Table{Client: c.stack.DynamoDB(c.dynamo), Name: variables["LEARNING_TABLE"]}, Region: c.set.region,
		},
		Bodies: objects.Bucket{Client: c.stack.S3(c.url(s3Part)), Name: variables["CONTENT_BUCKET"]},
		Now:    time.Now, Random: rand.Reader,
	}
	if _, err := library.Import(ctx, samples.Files, folder.Options{}, func(_, of int) { c.lessons = of }); err != nil {
		return err
	}
	if c.set.data == "" {
		return nil
	}
	return os.WriteFile(mark, nil, 0o600)
}
