package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// system is what an export holds, by our rules. Rows that break them are in bad.
type system struct {
	from     fs.FS
	users    []*oldUser
	lessons  []*oldLesson
	files    []*oldFile
	userByID map[string]*oldUser
	lessonBy map[string]*oldLesson
	open     int // progress of lessons that were not completed: the old system knows no position in them
	bad      []string
	left     map[string]int // rows of other tables and of KV, by name
}

type oldUser struct {
	old        string
	user       *domain.User
	credential domain.Credential
	created    domain.Event
	done       []completion
	likes      []like
}

type oldLesson struct {
	old, title, track, key string
	id                     domain.LessonID
	difficulty             int
	at                     time.Time
}

type completion struct {
	lesson  *oldLesson
	attempt domain.Attempt
}

type like struct {
	lesson *oldLesson
	at     time.Time
}

// seeded is random that is the same in every run.
func seeded(kind, old string) io.Reader {
	return rand.NewChaCha8(sha256.Sum256([]byte("guide " + kind + " " + old)))
}

func timeOf(at interface{ UnixMilli() int64 }) time.Time { return time.UnixMilli(at.UnixMilli()).UTC() }

// readSystem reads database.sql, and kv.json, r2.jsonl and r2/ if they are there.
func readSystem(from fs.FS) (*system, error) {
	s := &system{from: from, userByID: map[string]*oldUser{}, lessonBy: map[string]*oldLesson{}, left: map[string]int{}}
	// Progress and likes name users and lessons, which a dump may hold after them: so it is read
	// twice.
	for _, pass := range []map[string]func(row) error{
		{"users": s.addUser, "lessons": s.addLesson},
		{"progress": s.addProgress, "likes": s.addLike},
	} {
		if err := s.eachRow(pass); err != nil {
			return nil, err
		}
	}
	return s, errors.Join(s.readKV(), s.readFiles())
}

func (s *system) eachRow(take map[string]func(row) error) error {
	dump, err := s.from.Open("database.sql")
	if err != nil {
		return err
	}
	defer dump.Close()
	return readDump(dump, func(table string, r row) error {
		add := take[table]
		switch {
		case add != nil:
			if err := add(r); err != nil {
				s.bad = append(s.bad, fmt.Sprintf("%s %s: %v", table, cmp.Or(r["id"], r["user_id"]+" "+r["lesson_id"]+r["post_id"]), err))
			}
		case !slices.Contains([]string{"users", "lessons", "progress", "likes"}, table) && take["users"] != nil:
			s.left["table "+table]++
		}
		return nil
	})
}

func (s *system) addUser(r row) error {
	email, err := domain.ParseEmail(r["email"])
	name, nameErr := domain.ParseUsername(r["username"])
	_, hashErr := auth.HashFormat(r["password_hash"])
	at, atErr := parseTime(r["created_at"])
	if err := errors.Join(err, nameErr, hashErr, atErr); err != nil {
		return err
	}
	u := &oldUser{old: r["id"], credential: domain.Credential{Hash: r["password_hash"], ChangedAt: at}}
	if u.user, u.created, err = domain.NewUser(email, name, at, seeded("user", u.old)); err != nil {
		return err
	}
	s.users, s.userByID[u.old] = append(s.users, u), u
	return nil
}

func (s *system) addLesson(r row) error {
	l := &oldLesson{old: r["id"], title: r["title"], track: slug(r["track"]), key: r["content_key"]}
	_, trackErr := domain.ParseTrack(l.track)
	var err, atErr error
	l.difficulty, err = strconv.Atoi(cmp.Or(r["difficulty"], "1"))
	l.at, atErr = parseTime(r["created_at"])
	if err := errors.Join(trackErr, err, atErr); err != nil {
		return err
	}
	if _, err := fs.Stat(s.from, "r2/"+l.key); err != nil {
		return fmt.Errorf("its content r2/%s is missing", l.key)
	}
	l.id = idOf[domain.Lesson]("lesson", l.old, l.at)
	s.lessons, s.lessonBy[l.old] = append(s.lessons, l), l
	return nil
}

func (s *system) addProgress(r row) error {
	if r["completed"] != "1" {
		s.open++
		return nil
	}
	user, lesson := s.userByID[r["user_id"]], s.lessonBy[r["lesson_id"]]
	if user == nil || lesson == nil {
		return errors.New("its user or lesson is missing")
	}
	at, err := parseTime(r["completed_at"])
	n, numberErr := strconv.Atoi(cmp.Or(r["score"], "0"))
	score, scoreErr := domain.ParseScore(n)
	if err := errors.Join(err, numberErr, scoreErr); err != nil {
		return err
	}
	id := idOf[domain.Attempt]("progress", user.old+" "+lesson.old, at)
	user.done = append(user.done, completion{lesson, domain.Attempt{ID: id, Score: score, At: at}})
	return nil
}

func (s *system) addLike(r row) error {
	user, lesson := s.userByID[r["user_id"]], s.lessonBy[cmp.Or(r["lesson_id"], r["post_id"])]
	if user == nil || lesson == nil {
		return errors.New("its user or lesson is missing")
	}
	at, err := parseTime(r["created_at"])
	user.likes = append(user.likes, like{lesson, at})
	return err
}

// readKV counts what the old caches held. None of it is a source: sessions begin anew, the rest is
// computed.
func (s *system) readKV() error {
	text, err := fs.ReadFile(s.from, "kv.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var pairs []struct{ Key, Name string }
	if err == nil {
		err = json.Unmarshal(text, &pairs)
	}
	for _, p := range pairs {
		kind, _, _ := strings.Cut(cmp.Or(p.Key, p.Name), ":")
		s.left["KV "+kind+":"]++
	}
	return err
}

// report says what the export holds.
func (s *system) report(out io.Writer) {
	completions, likes := 0, 0
	for _, u := range s.users {
		completions, likes = completions+len(u.done), likes+len(u.likes)
	}
	fmt.Fprintf(out, "the export has %d users, %d lessons, %d completions, %d likes, %d files\n", len(s.users), len(s.lessons), completions, likes, len(s.files))
	if s.open > 0 {
		fmt.Fprintf(out, "left out: %d lessons that were begun and not completed, of which the old system knows no position\n", s.open)
	}
	for _, name := range slices.Sorted(maps.Keys(s.left)) {
		fmt.Fprintf(out, "left out: %d of %s\n", s.left[name], name)
	}
	for _, line := range s.bad[:min(20, len(s.bad))] {
		fmt.Fprintln(out, "cannot be brought:", line)
	}
	if more := len(s.bad) - 20; more > 0 {
		fmt.Fprintf(out, "cannot be brought: %d more\n", more)
	}
}

// parseTime reads D1's CURRENT_TIMESTAMP and ISO 8601.
func parseTime(text string) (time.Time, error) {
	for _, form := range []string{time.DateTime, time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil && t.Unix() > 0 && t.Before(time.Now()) {
			return domain.Millis(t), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time between 1970 and now", text)
}

// slug makes a track of any name: lower case, digits and hyphens.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	return strings.Join(words, "-")
}
