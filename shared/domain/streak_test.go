package domain_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// daysOf records days one by one in several regions, which know of each other at once.
func daysOf(regions int, days ...int) domain.Days {
	kept := make([]domain.Days, regions)
	for i, day := range days {
		mine := i % regions
		others := slices.Delete(slices.Clone(kept), mine, mine+1)
		kept[mine].Add(day, others)
	}
	return domain.MergeDays(kept)
}

func TestStreak(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		days  []int
		today int
		want  domain.Streak
	}{
		"nothing":                                   {nil, 20000, domain.Streak{}},
		"today":                                     {[]int{20000}, 20000, domain.Streak{Current: 1, Longest: 1}},
		"yesterday still counts":                    {[]int{19999}, 20000, domain.Streak{Current: 1, Longest: 1}},
		"the day before does not":                   {[]int{19998}, 20000, domain.Streak{Current: 0, Longest: 1}},
		"three in a row":                            {[]int{19998, 19999, 20000}, 20000, domain.Streak{Current: 3, Longest: 3}},
		"a day twice":                               {[]int{20000, 20000, 19999}, 20000, domain.Streak{Current: 2, Longest: 2}},
		"a hole":                                    {[]int{19996, 19997, 19998, 20000}, 20000, domain.Streak{Current: 1, Longest: 3}},
		"a hole that a late completion fills":       {[]int{19997, 19998, 20000, 19999}, 20000, domain.Streak{Current: 4, Longest: 4}},
		"tomorrow, of who has flown to the west":    {[]int{19999, 20000, 20001}, 20000, domain.Streak{Current: 3, Longest: 3}},
		"longer than days are kept":                 {sequence(18000, 20000), 20000, domain.Streak{Current: 2001, Longest: 2001}},
		"a long one, long ago":                      {append(sequence(16000, 17000), 20000), 20000, domain.Streak{Current: 1, Longest: 1001}},
		"what comes too late to be counted":         {append(sequence(19000, 20000), 18999, 100), 20000, domain.Streak{Current: 1001, Longest: 1001}},
		"older days that come back to front":        {backwards(sequence(19600, 20000)), 20000, domain.Streak{Current: 401, Longest: 401}},
		"two runs with the first beyond the window": {append(sequence(18000, 18100), sequence(19800, 20000)...), 20000, domain.Streak{Current: 201, Longest: 201}},
	} {
		for regions := 1; regions <= 3; regions++ {
			t.Run(fmt.Sprintf("%s, in %d regions", name, regions), func(t *testing.T) {
				t.Parallel()
				if got := daysOf(regions, c.days...).Streak(c.today); got != c.want {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			})
		}
	}
}

func sequence(from, to int) (days []int) {
	for day := from; day <= to; day++ {
		days = append(days, day)
	}
	return days
}

func backwards(days []int) []int {
	slices.Reverse(days)
	return days
}

// Days of the last year give the same in any order, in whatever regions they were recorded.
func TestDaysInAnyOrderAndRegions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var days []int
		for range 1 + r.IntN(120) {
			days = append(days, 20000-r.IntN(1+r.IntN(365)))
		}
		want := daysOf(1, slices.Sorted(slices.Values(days))...)
		r.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
		got := daysOf(1+r.IntN(3), days...)
		if !slices.Equal(got.Known, want.Known) || got.Past != want.Past {
			t.Fatalf("seed %d: %v, want %v", seed, got, want)
		}
	}
}

func zone(t testing.TB, name string) domain.Zone {
	t.Helper()
	z, err := domain.ParseZone(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return z
}

func TestADayIsThatOfTheZone(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	march := domain.Zone{}.Day(at("2026-03-29T12:00:00Z")) // summer time begins in Europe at 01:00 UTC
	for _, c := range []struct {
		zone, at string
		want     int
	}{
		{"UTC", "2026-03-29T00:00:00Z", march}, {"UTC", "2026-03-28T23:59:59.999Z", march - 1},
		{"Europe/Lisbon", "2026-03-29T00:30:00Z", march}, {"Europe/Lisbon", "2026-03-29T22:59:59Z", march},
		{"Europe/Lisbon", "2026-03-29T23:00:00Z", march + 1}, {"Europe/Lisbon", "2026-03-28T23:59:59Z", march - 1},
		{"Europe/Berlin", "2026-03-28T23:00:00Z", march}, {"Europe/Berlin", "2026-03-29T21:59:59Z", march}, {"Europe/Berlin", "2026-03-29T22:00:00Z", march + 1},
		{"America/Los_Angeles", "2026-03-29T06:59:59Z", march - 1}, {"America/Los_Angeles", "2026-03-29T07:00:00Z", march},
		{"Asia/Kathmandu", "2026-03-28T18:14:59Z", march - 1}, {"Asia/Kathmandu", "2026-03-28T18:15:00Z", march},
		{"Pacific/Kiritimati", "2026-03-28T10:00:00Z", march}, {"Etc/GMT+12", "2026-03-29T11:59:59Z", march - 1},
	} {
		if got := zone(t, c.zone).Day(at(c.at)); got != c.want {
			t.Errorf("%s in %s is day %d, want %d", c.at, c.zone, got, c.want)
		}
	}
	if got := domain.RestoreZone("Nowhere/Gone").Day(at("2026-03-29T12:00:00Z")); got != march {
		t.Errorf("a zone that is gone: day %d, want that of UTC", got)
	}
}

// One lesson each evening at 20:30, by the clock on the wall, is a streak across both changes of the clock, each day once.
func TestAStreakGoesOnWhenClocksChange(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"} {
		z := zone(t, name)
		location, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var days domain.Days
		evening := time.Date(2026, 1, 1, 20, 30, 0, 0, location)
		for i := range 365 {
			days.Add(z.Day(evening.AddDate(0, 0, i).UTC()), nil)
		}
		if got := days.Streak(z.Day(evening.AddDate(0, 0, 364))); got != (domain.Streak{Current: 365, Longest: 365}) {
			t.Errorf("%s: %+v, want 365 days", name, got)
		}
	}
}

// Who changes the zone keeps the days that were counted.
func TestAStreakOutlivesAChangeOfZone(t *testing.T) {
	t.Parallel()
	var days domain.Days
	berlin, angeles := zone(t, "Europe/Berlin"), zone(t, "America/Los_Angeles")
	begin := time.Date(2026, 5, 1, 18, 0, 0, 0, time.UTC)
	for i := range 5 {
		days.Add(berlin.Day(begin.AddDate(0, 0, i)), nil)
	}
	for i := 5; i < 10; i++ {
		days.Add(angeles.Day(begin.AddDate(0, 0, i)), nil)
	}
	if got := days.Streak(angeles.Day(begin.AddDate(0, 0, 9))); got != (domain.Streak{Current: 10, Longest: 10}) {
		t.Errorf("got %+v, want 10 days", got)
	}
}

func TestParseZone(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"UTC": "UTC", "Europe/Lisbon": "Europe/Lisbon", "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires"} {
		if z, err := domain.ParseZone(name); err != nil || z.String() != want || (name == "UTC") != (z == domain.Zone{}) {
			t.Errorf("%s: %q, %v", name, z, err)
		}
	}
	for _, name := range []string{"", "Local", "localtime", "Factory", "posix/Europe/Lisbon", "right/UTC", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/", "europe/nowhere",
		"+02:00", "UTC+2", "Europe/Lisbon\x00", " UTC", string(make([]byte, 65))} {
		if z, err := domain.ParseZone(name); err == nil {
			t.Errorf("%q is the zone %q", name, z)
		}
	}
}
