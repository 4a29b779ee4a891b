package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// setZone gives a user a time zone as update-user does.
func setZone(t testing.TB, stand *localtest.Stand, user localtest.User, name string) {
	t.Helper()
	zone, err := domain.ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	env := stand.Env(t, updateUser)
	_, err = dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.Update(t.Context(), user.ID, func(u *domain.User) (*domain.Event, error) {
		return u.Edit(domain.UserEdit{TimeZone: &zone}, time.Now(), env.Random)
	})
	if err != nil {
		t.Fatal(err)
	}
}

const updateUser = "users/update-user"

type streaks struct {
	Streak struct{ Current, Longest int }
	User   struct{ TimeZone string }
	Resume []struct {
		LessonID, Title string
		Position        struct {
			Position         int
			Unit, ClientTime string
		}
	}
}

// at is the dashboard as of a time.
func at(t testing.TB, stand *localtest.Stand, user localtest.User, now time.Time) (got streaks) {
	t.Helper()
	env := stand.Env(t, name)
	env.Now = func() time.Time { return now }
	token := stand.Token(t, domain.RestoreUser(domain.UserState{ID: user.ID, Role: domain.Learner}), now)
	stand.ServeEnv(t, name, env, handler).Get(path, token).Data(t, http.StatusOK, &got)
	return got
}

func TestTheStreakCountsDaysInTheUsersZone(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	utc, tokyo, lesson := stand.NewUser(t), stand.NewUser(t), stand.NewLesson(t, "go", 1)
	setZone(t, stand, tokyo, "Asia/Tokyo")
	// 14:00 and 16:00 UTC are one day in UTC, and 23:00 and 01:00 of the next day in Tokyo.
	first, second := time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC), time.Date(2026, 3, 4, 16, 0, 0, 0, time.UTC)
	for _, user := range []localtest.User{utc, tokyo} {
		stand.Complete(t, user, lesson, 80, first)
		stand.Complete(t, user, lesson, 80, second)
	}
	for _, c := range []struct {
		user             localtest.User
		zone             string
		now              time.Time
		current, longest int
	}{
		{utc, "UTC", second, 1, 1}, {tokyo, "Asia/Tokyo", second, 2, 2},
		{tokyo, "Asia/Tokyo", second.Add(24 * time.Hour), 2, 2}, // the next day is not over
		{tokyo, "Asia/Tokyo", second.Add(48 * time.Hour), 0, 2},
	} {
		if got := at(t, stand, c.user, c.now); got.Streak.Current != c.current || got.Streak.Longest != c.longest || got.User.TimeZone != c.zone {
			t.Errorf("in %s at %v: %+v, want %d and %d", c.zone, c.now, got, c.current, c.longest)
		}
	}
	t.Run("an offline completion that comes late fills the hole", func(t *testing.T) {
		stand.Complete(t, utc, lesson, 80, second.AddDate(0, 0, 2))
		if got := at(t, stand, utc, second.AddDate(0, 0, 2)); got.Streak.Current != 1 {
			t.Errorf("got %+v, want 1", got.Streak)
		}
		stand.Complete(t, utc, lesson, 80, second.AddDate(0, 0, 1))
		if got := at(t, stand, utc, second.AddDate(0, 0, 2)); got.Streak.Current != 3 || got.Streak.Longest != 3 {
			t.Errorf("got %+v, want 3", got.Streak)
		}
	})
}

// D58: the dashboard did not say where to go on.
func TestD58TheDashboardSaysWhereToGoOn(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	now := time.Now()
	user, _, _ := stand.Learned(t, 3, now)
	got := at(t, stand, user, now)
	if len(got.Resume) != 5 || got.Resume[0].Position.Position != 7 || got.Resume[0].Position.Unit != "seconds" || got.Resume[0].Title == "" ||
		got.Resume[0].Position.ClientTime <= got.Resume[1].Position.ClientTime {
		t.Errorf("resume %+v, want five, the latest first", got.Resume)
	}
}
