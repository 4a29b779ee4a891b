package domain

import "time"

// timeLayout is RFC 3339 in UTC with exactly three decimals: it sorts as text, in keys too.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Millis is t in UTC cut to milliseconds, the precision of everything stored and answered.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// FormatTime is the stored and public form of a time; "" for the zero time.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// RestoreTime reads what FormatTime wrote; anything else is the zero time.
func RestoreTime(s string) time.Time {
	t, err := time.Parse(timeLayout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
