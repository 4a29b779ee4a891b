package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"lyceum/local/samples"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// published is when the sample lessons were written, as far as the catalogue tells.
var published = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// seed puts the sample lessons into a new data folder, once. Their ids are the same on every machine, and a start that was killed
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
	lessons, err := samples.All()
	if err != nil {
		return err
	}
	variables := c.stack.Functions[0].Environment // Globals: every function is told the tables and buckets
	bucket := objects.Bucket{Client: c.stack.S3(c.url(s3Part)), Name: variables["CONTENT_BUCKET"]}
	catalogue := dynamo.Lessons{
		Table: dynamo.Table{Client: c.stack.DynamoDB(c.dynamo), Name: variables["LEARNING_TABLE"]}, Region: c.set.region,
	}
	for i, sample := range lessons {
		if err := publish(ctx, catalogue, bucket, sample, published.Add(time.Duration(i)*time.Minute)); err != nil {
			return err
		}
	}
	c.lessons = len(lessons)
	if c.set.data == "" {
		return nil
	}
	return os.WriteFile(mark, nil, 0o600)
}

func publish(ctx context.Context, catalogue domain.LessonWriter, bucket objects.Bucket, sample samples.Lesson, at time.Time) error {
	track, err := domain.ParseTrack(sample.Track)
	if err != nil {
		return err
	}
	lesson, err := domain.NewLesson(domain.LessonDraft{
		Title: sample.Title, Summary: sample.Summary, Track: track, Difficulty: sample.Difficulty, Order: sample.Order,
	}, at, rand.NewChaCha8(sha256.Sum256([]byte(sample.Slug))))
	if err != nil {
		return err
	}
	state := lesson.State()
	if err := bucket.Put(ctx, state.ContentKey, state.ContentType, []byte(sample.Markdown)); err != nil {
		return err
	}
	return catalogue.Create(ctx, lesson)
}
