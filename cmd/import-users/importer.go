package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// importer makes accounts of lines.
type importer struct {
	accounts domain.Registry
	random   io.Reader
	sleep    func(time.Duration)
}

// counts is what came of an import.
type counts struct{ made, skipped int }

// maxLine bounds a line, in bytes.
const maxLine = 64 * 1024

// all reads the file twice: if any line is wrong, it stores nothing and returns an error for each of the first ten. An import that was cut
// off can be run again: who has an account is skipped.
func (i importer) all(ctx context.Context, file io.ReadSeeker) (done counts, err error) {
	var bad []error
	err = each(file, func(n int, line []byte) error {
		if _, err := parse(line); err != nil {
			bad = append(bad, fmt.Errorf("line %d: %w", n, err))
		}
		if len(bad) == 10 {
			return errors.New("there may be more")
		}
		return ctx.Err()
	})
	if err = errors.Join(append(bad, err)...); err != nil {
		return done, fmt.Errorf("nothing was stored:\n%w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return done, err
	}
	err = each(file, func(n int, line []byte) error {
		made, err := i.one(ctx, line)
		if err != nil {
			return fmt.Errorf("line %d: %w; run it again to go on", n, err)
		}
		if made {
			done.made++
		} else {
			done.skipped++
		}
		return ctx.Err()
	})
	return done, err
}

// each calls f for every line that is not empty.
func each(file io.Reader, f func(n int, line []byte) error) error {
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(lines.Bytes()) == 0 {
			continue
		}
		if err := f(n, lines.Bytes()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

// one makes the account of a line unless the address has one. If somebody, perhaps an import that was cut off, has begun to take the
// address, it waits until that is done or dead: 30 seconds at most.
func (i importer) one(ctx context.Context, line []byte) (made bool, err error) {
	a, err := parse(line)
	if err != nil {
		return false, err
	}
	user, created, err := domain.NewUser(a.email, a.name, a.createdAt, i.random)
	if err != nil {
		return false, err
	}
	state := user.State()
	state.EmailVerified = a.emailVerified
	for range 3 {
		err = i.accounts.Register(ctx, domain.RestoreUser(state), domain.Credential{Hash: a.hash, ChangedAt: a.createdAt}, created)
		if !errors.Is(err, domain.ErrEmailTaken) {
			return err == nil, err
		}
		wait := fault.As(err).RetryAfter
		if wait <= 0 {
			return false, nil
		}
		i.sleep(wait + time.Second)
	}
	return false, err
}
