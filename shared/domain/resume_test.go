package domain_test

import (
	"testing"
	"time"

	"lyceum/shared/domain"
)

// begin saves a position in a lesson, n minutes after noon.
func begin(t testing.TB, w *world, r *replica, lesson, minutes int) {
	t.Helper()
	w.deliver(t, r, change{lesson: lessonNamed(lesson), position: domain.Position{Value: minutes, At: noon.Add(time.Duration(minutes) * time.Minute)}})
}

func finish(t testing.TB, w *world, r *replica, lesson int) {
	t.Helper()
	w.deliver(t, r, change{lesson: lessonNamed(lesson), attempt: attempt(t, 80, noon.Add(24*time.Hour))})
}

func begun(r *replica) (lessons []domain.LessonID) {
	var all []domain.Resume
	for _, resume := range r.resumes {
		all = append(all, resume)
	}
	for _, b := range domain.MergeResumes(all, nil) {
		lessons = append(lessons, b.LessonID)
	}
	return lessons
}

func TestTheLatestBegunLessonsAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(lessonsOfTrack(goTrack, 30), "us")
	for i := range 12 {
		begin(t, w, w.regions[0], i, i)
	}
	begin(t, w, w.regions[0], 9, 20)
	finish(t, w, w.regions[0], 11)
	want := []domain.LessonID{lessonNamed(9), lessonNamed(10), lessonNamed(8), lessonNamed(7), lessonNamed(6)}
	if got := begun(w.regions[0]); len(got) != 11 || got[0] != want[0] || got[1] != want[1] || got[4] != want[4] {
		t.Errorf("got %v, want them to begin with %v", got, want)
	}
}

// A lesson begun in one region and finished in another is on no list, also when many are finished since.
func TestALessonFinishedElsewhereIsNotListed(t *testing.T) {
	t.Parallel()
	w := newWorld(lessonsOfTrack(goTrack, 30), "eu", "us")
	eu, us := w.regions[0], w.regions[1]
	for i := range 6 {
		begin(t, w, us, i, i)
	}
	w.settle()
	for i := range 4 {
		finish(t, w, eu, i)
	}
	for i := 10; i < 25; i++ {
		finish(t, w, eu, i)
	}
	w.settle()
	for _, r := range w.regions {
		if got := begun(r); len(got) != 2 || got[0] != lessonNamed(5) || got[1] != lessonNamed(4) {
			t.Errorf("%s lists %v, want lessons 5 and 4", r.name, got)
		}
	}
	if marks := len(eu.resumes["eu"].Finished); marks > 12 {
		t.Errorf("%d marks are kept", marks)
	}
}
