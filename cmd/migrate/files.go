package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"lyceum/shared/domain"
)

// oldFile is an object of R2 that a user had uploaded.
type oldFile struct {
	old, name string
	owner     *oldUser
	id        domain.UploadID
	kind      domain.Kind
	size      int64 // bytes
	at        time.Time
}

// readFiles reads r2.jsonl: an object's key and metadata a line. Contents of lessons are not files
// of users.
func (s *system) readFiles() error {
	list, err := s.from.Open("r2.jsonl")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer list.Close()
	contents := map[string]bool{}
	for _, l := range s.lessons {
		contents[l.key] = true
	}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		var object struct {
			Key            string
			CustomMetadata struct{ UploadedBy, OriginalName, UploadedAt string }
		}
		if err := json.Unmarshal(lines.Bytes(), &object); err != nil {
			return fmt.Errorf("r2.jsonl: %w", err)
		}
		if contents[object.Key] {
			continue
		}
		about := object.CustomMetadata
		f := &oldFile{old: object.Key, name: about.OriginalName, owner: s.userByID[about.UploadedBy]}
		if f.owner == nil {
			s.bad = append(s.bad, fmt.Sprintf("file %s: its owner %q is missing", f.old, about.UploadedBy))
			continue
		}
		if f.at, err = parseTime(about.UploadedAt); err != nil {
			s.bad = append(s.bad, fmt.Sprintf("file %s: %v", f.old, err))
			continue
		}
		f.id = idOf[domain.Upload]("file", f.old, f.at)
		if err := f.judge(s.from); err != nil {
			s.bad = append(s.bad, fmt.Sprintf("file %s: %v", f.old, err))
			continue
		}
		s.files = append(s.files, f)
	}
	return lines.Err()
}

// judge looks at the file's bytes, whatever the old system thought they were.
func (f *oldFile) judge(from fs.FS) error {
	file, err := from.Open("r2/" + f.old)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bytes, ok := file.(io.ReaderAt)
	if !ok {
		return errors.New("it cannot be read in parts")
	}
	f.size = info.Size()
	if f.kind, err = domain.Inspect(bytes, f.size); err != nil {
		return err
	}
	_, _, err = f.upload(domain.Place{}, f.at)
	return err
}

// upload is the file as one that its owner has uploaded to the place. Its event is of now: an older
// one would be out of the outbox at once.
func (f *oldFile) upload(place domain.Place, now time.Time) (*domain.Upload, *domain.Event, error) {
	random := seeded("file", f.old)
	asked := domain.UploadRequest{FileName: cmp.Or(f.name, path.Base(f.old)), ContentType: f.kind.Type, Size: f.size}
	u, err := domain.RequestUpload(f.owner.user.ID(), place, asked, f.size, time.Hour, f.at, random)
	if err != nil {
		return nil, nil, err
	}
	confirmed, err := u.Confirm("", f.kind.Pixels, now, random)
	return u, confirmed, err
}
