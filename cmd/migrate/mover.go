package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/sync/errgroup"

	"lyceum/cmd/lessons/folder"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// mover writes what an export holds. Every step is safe to repeat: ids are made of the old ones,
// and what is there is left as it is.
type mover struct {
	accounts dynamo.Accounts
	library  folder.Library
	learning dynamo.Learning
	likes    dynamo.Likes
	uploads  dynamo.Uploads
	bucket   objects.Bucket
	now      func() time.Time
	show     func(what string, done, of int)
}

// parallel is how many users or files are written at a time.
const parallel = 16

// all brings lessons before the progress in them, and users before what is theirs.
func (m mover) all(ctx context.Context, old *system) (done made, err error) {
	if done.lessons, err = m.bringLessons(ctx, old); err != nil {
		return done, err
	}
	taken := make([]bool, len(old.users)) // by an account of somebody else
	users, err := each(ctx, m, "users", len(old.users), func(ctx context.Context, i int) (n int, err error) {
		n, taken[i], err = m.register(ctx, old.users[i])
		return n, err
	})
	done.users = users
	var own []*oldUser
	for i, u := range old.users {
		if !taken[i] {
			own = append(own, u)
		}
	}
	if err != nil {
		return done, err
	}
	if done.completions, err = each(ctx, m, "progress of users", len(own), func(ctx context.Context, i int) (int, error) { return m.complete(ctx, own[i]) }); err != nil {
		return done, err
	}
	if done.likes, err = each(ctx, m, "likes of users", len(own), func(ctx context.Context, i int) (int, error) { return m.like(ctx, own[i]) }); err != nil {
		return done, err
	}
	done.files, err = each(ctx, m, "files", len(old.files), func(ctx context.Context, i int) (int, error) {
		if !slices.Contains(own, old.files[i].owner) {
			return 0, nil
		}
		return m.file(ctx, old.from, old.files[i])
	})
	return done, err
}

// each does n things, some at a time, reports on them, and adds up what was written.
func each(ctx context.Context, m mover, what string, n int, do func(context.Context, int) (int, error)) (total int, err error) {
	results := make(chan int, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	go func() {
		for i := range n {
			group.Go(func() error {
				made, err := do(ctx, i)
				results <- made
				return err
			})
		}
	}()
	for done := range n {
		total += <-results
		if done+1 == n || (done+1)%500 == 0 {
			m.show(what, done+1, n)
		}
	}
	return total, group.Wait()
}

// bringLessons imports the lessons as a folder of files.
func (m mover) bringLessons(ctx context.Context, old *system) (int, error) {
	if len(old.lessons) == 0 {
		return 0, nil
	}
	slices.SortStableFunc(old.lessons, func(a, b *oldLesson) int { return a.at.Compare(b.at) })
	files, place := fstest.MapFS{}, map[string]int{}
	for _, l := range old.lessons {
		body, err := fs.ReadFile(old.from, "r2/"+l.key)
		if err != nil {
			return 0, err
		}
		shelf := fmt.Sprint(l.track, l.difficulty)
		place[shelf] += 10
		front, err := yaml.Dump(map[string]any{"id": l.id.String(), "title": l.title, "track": l.track, "difficulty": l.difficulty, "order": place[shelf]})
		if err != nil {
			return 0, err
		}
		end := cmp.Or(path.Ext(l.key), ".md")
		files[l.id.String()+end] = &fstest.MapFile{Data: fmt.Appendf(nil, "---\n%s---\n\n%s", front, body)}
	}
	space := folder.Space{ID: idOf[folder.Space]("space", "", time.UnixMilli(0)).String()}
	result, err := m.library.Import(ctx, files, folder.Options{Space: space, Say: func(string) {}}, func(done, of int) { m.show("lessons", done, of) })
	return result.Made + result.Changed, err
}

// register makes an account unless it is there. It reports whether the address belongs to another
// account, whose owner may be somebody else: nothing of the old one is given to it.
func (m mover) register(ctx context.Context, u *oldUser) (n int, taken bool, err error) {
	s := u.user.State()
	there, _, err := m.accounts.ByEmail(ctx, s.Email)
	switch {
	case err == nil:
		return 0, there.ID() != s.ID, nil
	case !errors.Is(err, domain.ErrNoUser):
		return 0, false, err
	}
	for { // an earlier run may have crashed in between: its claim ends within half a minute
		err = m.accounts.Register(ctx, u.user, u.credential, u.created)
		wait := fault.As(err).RetryAfter
		if err == nil || !errors.Is(err, domain.ErrEmailTaken) || wait <= 0 {
			break
		}
		select {
		case <-ctx.Done():
			return 0, false, ctx.Err()
		case <-time.After(wait + time.Second):
		}
	}
	if errors.Is(err, domain.ErrEmailTaken) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("user %s: %w", u.old, err)
	}
	return 1, false, nil
}

// complete records what the user completed.
func (m mover) complete(ctx context.Context, u *oldUser) (n int, err error) {
	attempts, lessons := map[domain.LessonID]domain.Attempt{}, []domain.LessonID{}
	for _, c := range u.done {
		attempts[c.lesson.id], lessons = c.attempt, append(lessons, c.lesson.id)
	}
	random := seeded("events", u.old)
	err = m.learning.Learn(ctx, u.user.ID(), lessons, func(study *domain.Study) ([]domain.Event, error) {
		for lesson := range study.Progress {
			outcome, err := study.Complete(lesson, attempts[lesson])
			if err != nil {
				return nil, fmt.Errorf("lesson %s of user %s: %w", lesson, u.old, err)
			}
			if outcome != domain.Duplicate {
				n++
			}
		}
		return study.Events(m.now(), random)
	})
	return n, err
}

// like records what the user likes, unless they have said something about it here.
func (m mover) like(ctx context.Context, u *oldUser) (n int, err error) {
	for _, l := range u.likes {
		_, err := m.likes.Like(ctx, u.user.ID(), l.lesson.id, func(_ *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
			if like.Mine().Version > 0 {
				return 0, nil, errThere
			}
			change, _ := like.Set(true, l.at)
			n++
			return change, nil, nil
		})
		if err != nil && !errors.Is(err, errThere) {
			return n, err
		}
	}
	return n, nil
}

var errThere = errors.New("it is there")

// file keeps a file as one that its owner uploaded: the bytes first, so that a record always has
// them.
func (m mover) file(ctx context.Context, from fs.FS, f *oldFile) (int, error) {
	owner := f.owner.user.ID()
	if _, err := m.uploads.Upload(ctx, owner, f.id); !errors.Is(err, domain.ErrNoUpload) {
		return 0, err
	}
	content, err := fs.ReadFile(from, "r2/"+f.old)
	if err != nil {
		return 0, err
	}
	upload, confirmed, err := f.upload(m.bucket.Place(), m.now())
	if err != nil {
		return 0, fmt.Errorf("file %s: %w", f.old, err)
	}
	if err := m.bucket.Put(ctx, upload.State().Key, f.kind.Type, content); err != nil {
		return 0, err
	}
	if err := m.uploads.Create(ctx, upload, unlimited, *confirmed); err != nil {
		return 0, fmt.Errorf("file %s: %w", f.old, err)
	}
	return 1, nil
}

// unlimited: what people had, they keep.
var unlimited = domain.Usage{Bytes: 1 << 50, Files: 1 << 30}
