package localtest

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// Learned makes a user who has completed n lessons of ten tracks, one a day until now, and begun five others. more is one that they have not
// begun, in a track that is not complete.
func (s *Stand) Learned(t testing.TB, n int, now time.Time) (user User, completed []*domain.Lesson, more *domain.Lesson) {
	t.Helper()
	user = s.NewUser(t)
	lessons := make([]*domain.Lesson, n+25) // two or more of each track are not completed
	catalogue := dynamo.Lessons{Table: s.Table("LEARNING_TABLE"), Region: Region}
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() {
			for i := w; i < len(lessons); i += 8 {
				lessons[i] = publishedLesson(t, fmt.Sprintf("track-%d", i%10), i)
				if err := catalogue.Create(t.Context(), lessons[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
	at := func(i int) time.Time { return now.AddDate(0, 0, i-n) }
	places := map[domain.LessonID]int{}
	var ids []domain.LessonID
	for i, lesson := range lessons[:n+5] {
		places[lesson.State().ID] = i
		ids = append(ids, lesson.State().ID)
	}
	attempts := make([]domain.Attempt, n)
	for i := range attempts {
		id, err := domain.NewID[domain.Attempt](at(i), rand.Reader)
		must(t, err)
		attempts[i] = domain.Attempt{ID: id, Score: domain.Score(i % 101), At: at(i)}
	}
	must(t, s.Learning().Learn(t.Context(), user.ID, ids, func(study *domain.Study) ([]domain.Event, error) {
		for id := range study.Progress {
			var err error
			if i := places[id]; i < n {
				_, err = study.Complete(id, attempts[i])
			} else {
				_, err = study.SavePosition(id, domain.Position{Value: i, Duration: 600 + i, Device: "phone", At: at(i)})
			}
			if err != nil {
				return nil, err
			}
		}
		return study.Events(now, rand.Reader)
	}))
	return user, lessons[:n], lessons[n+5]
}
