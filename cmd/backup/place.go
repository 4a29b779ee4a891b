package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// place keeps files by name, with slashes between. A file is there whole or not at all.
type place interface {
	put(ctx context.Context, name string, content io.Reader) error
	// get returns fs.ErrNotExist for a file that is not there.
	get(ctx context.Context, name string) (io.ReadCloser, error)
}

// folder is a place on this machine.
type folder string

func (f folder) put(_ context.Context, name string, content io.Reader) error {
	path := filepath.Join(string(f), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return spooled(filepath.Dir(path), content, func(file *os.File) error {
		if err := file.Sync(); err != nil {
			return err
		}
		file.Close() // Windows renames no open file
		return os.Rename(file.Name(), path)
	})
}

func (f folder) get(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(f), filepath.FromSlash(name)))
}

// spooled hands over a temporary file with the content, at its beginning, and removes it.
func spooled(dir string, content io.Reader, use func(*os.File) error) error {
	file, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := io.Copy(file, content); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return use(file)
}

// bucket is a place in S3, and a bucket of an environment. An object of more than 5 GB does not fit
// one request; the largest upload has 500 MiB.
type bucket struct {
	client       *s3.Client
	name, prefix string
}

func (b bucket) put(ctx context.Context, name string, content io.Reader) error {
	return spooled("", content, func(file *os.File) error {
		_, err := b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: aws.String(b.prefix + name), Body: file})
		return err
	})
}

func (b bucket) get(ctx context.Context, name string) (io.ReadCloser, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: aws.String(b.prefix + name)})
	if _, ok := errors.AsType[*types.NoSuchKey](err); ok {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	return out.Body, nil
}
