package dynamo

import (
	"time"

	"lyceum/shared/domain"
)

type progressItem struct {
	key
	Attempts         []byte               `dynamodbav:"attempts,omitempty"` // ids of 16 bytes each, ascending
	Forgotten        int                  `dynamodbav:"forgotten,omitempty"`
	Horizon          string               `dynamodbav:"horizon,omitempty"`
	BestScore        int                  `dynamodbav:"bestScore"`
	LastScore        int                  `dynamodbav:"lastScore"`
	LastID           string               `dynamodbav:"lastId,omitempty"`
	FirstCompletedAt string               `dynamodbav:"firstCompletedAt,omitempty"`
	LastCompletedAt  string               `dynamodbav:"lastCompletedAt,omitempty"`
	Position         *positionItem        `dynamodbav:"position,omitempty"`
	Title            string               `dynamodbav:"title"`
	Track            string               `dynamodbav:"track"`
	Counted          map[string]tallyItem `dynamodbav:"counted,omitempty"`
	Event            *eventItem           `dynamodbav:"event,omitempty"`
	Version          int                  `dynamodbav:"version"`
}

type positionItem struct {
	Value    int    `dynamodbav:"value"`
	Percent  bool   `dynamodbav:"percent,omitempty"`
	Duration int    `dynamodbav:"duration,omitempty"`
	Device   string `dynamodbav:"device,omitempty"`
	At       string `dynamodbav:"at"`
}

// tallyItem has short names: a summary holds up to domain.TracksLimit of them.
type tallyItem struct {
	Completed int  `dynamodbav:"n"`
	ScoreSum  int  `dynamodbav:"s"`
	Told      bool `dynamodbav:"t,omitempty"`
}

type summaryItem struct {
	key
	Completed int                  `dynamodbav:"completed"`
	ScoreSum  int                  `dynamodbav:"scoreSum"`
	Tracks    map[string]tallyItem `dynamodbav:"tracks,omitempty"`
	Recent    []recentItem         `dynamodbav:"recent,omitempty"`
	LastDay   int                  `dynamodbav:"lastDay,omitempty"`
	Days      []byte               `dynamodbav:"days,omitempty"` // bit n: something was finished n days before lastDay
	Past      []int                `dynamodbav:"past,omitempty"` // through, run, longest
	Event     *eventItem           `dynamodbav:"event,omitempty"`
	Version   int                  `dynamodbav:"version"`
}

type recentItem struct {
	LessonID    string `dynamodbav:"lessonId"`
	Title       string `dynamodbav:"title"`
	Score       int    `dynamodbav:"score"`
	CompletedAt string `dynamodbav:"completedAt"`
}

type resumeItem struct {
	key
	Begun    []begunItem       `dynamodbav:"begun,omitempty"`
	Finished map[string]string `dynamodbav:"finished,omitempty"` // lesson to time
	Version  int               `dynamodbav:"version"`
}

type begunItem struct {
	LessonID string       `dynamodbav:"lessonId"`
	Title    string       `dynamodbav:"title"`
	Position positionItem `dynamodbav:"position"`
}

// doneItem is a place in the history; what is known of the lesson is in the shards.
type doneItem struct{ key }

// newProgressItem is the shard as it is saved next.
func newProgressItem(k key, s domain.Shard) progressItem {
	item := progressItem{
		key: k, Forgotten: s.Attempts.Forgotten, Horizon: s.Attempts.Horizon.String(),
		BestScore: int(s.BestScore), LastScore: int(s.LastScore), LastID: s.LastID.String(),
		FirstCompletedAt: domain.FormatTime(s.FirstCompletedAt), LastCompletedAt: domain.FormatTime(s.LastCompletedAt),
		Title: s.Title, Track: s.Track.String(), Version: s.Version + 1,
	}
	for _, id := range s.Attempts.Known {
		item.Attempts = append(item.Attempts, id.Bytes()...)
	}
	if !s.Position.IsZero() {
		position := newPositionItem(s.Position)
		item.Position = &position
	}
	if len(s.Counted) > 0 {
		item.Counted = map[string]tallyItem{}
	}
	for track, t := range s.Counted {
		item.Counted[track.String()] = tallyItem{Completed: t.Completed, ScoreSum: t.ScoreSum}
	}
	return item
}

func (i progressItem) restore() (domain.Shard, error) {
	s := domain.Shard{
		Attempts:  domain.Attempts{Forgotten: i.Forgotten, Horizon: domain.RestoreID[domain.Attempt](i.Horizon)},
		BestScore: domain.Score(i.BestScore), LastScore: domain.Score(i.LastScore), LastID: domain.RestoreID[domain.Attempt](i.LastID),
		FirstCompletedAt: domain.RestoreTime(i.FirstCompletedAt), LastCompletedAt: domain.RestoreTime(i.LastCompletedAt),
		Title: i.Title, Track: domain.RestoreTrack(i.Track), Version: i.Version,
	}
	for b := i.Attempts; len(b) >= 16; b = b[16:] {
		id, err := domain.IDFromBytes[domain.Attempt](b[:16])
		if err != nil {
			return s, err
		}
		s.Attempts.Known = append(s.Attempts.Known, id)
	}
	if i.Position != nil {
		s.Position = i.Position.restore()
	}
	if len(i.Counted) > 0 {
		s.Counted = map[domain.Track]domain.Tally{}
	}
	for track, t := range i.Counted {
		s.Counted[domain.RestoreTrack(track)] = domain.Tally{Completed: t.Completed, ScoreSum: t.ScoreSum}
	}
	return s, nil
}

func newPositionItem(p domain.Position) positionItem {
	return positionItem{p.Value, p.Percent, p.Duration, p.Device, domain.FormatTime(p.At)}
}

func (i positionItem) restore() domain.Position {
	return domain.Position{Value: i.Value, Percent: i.Percent, Duration: i.Duration, Device: i.Device, At: domain.RestoreTime(i.At)}
}

// newSummaryItem is the summary as it is saved next.
func newSummaryItem(k key, s domain.Summary) summaryItem {
	item := summaryItem{key: k, Completed: s.Total.Completed, ScoreSum: s.Total.ScoreSum, Tracks: map[string]tallyItem{}, Version: s.Version + 1}
	for track, t := range s.Tracks {
		item.Tracks[track.String()] = tallyItem{t.Completed, t.ScoreSum, t.Told}
	}
	for _, r := range s.Recent {
		item.Recent = append(item.Recent, recentItem{r.LessonID.String(), r.Title, int(r.Score), domain.FormatTime(r.CompletedAt)})
	}
	if n := len(s.Days.Known); n > 0 {
		item.LastDay = s.Days.Known[n-1]
		item.Days = make([]byte, (item.LastDay-s.Days.Known[0])/8+1)
		for _, day := range s.Days.Known {
			back := item.LastDay - day
			item.Days[back/8] |= 1 << (back % 8)
		}
	}
	if p := s.Days.Past; p != (domain.Past{}) {
		item.Past = []int{p.Through, p.Run, p.Longest}
	}
	return item
}

func (i summaryItem) restore() domain.Summary {
	s := domain.Summary{
		Total: domain.Tally{Completed: i.Completed, ScoreSum: i.ScoreSum}, Tracks: map[domain.Track]domain.TrackTally{}, Version: i.Version,
	}
	for track, t := range i.Tracks {
		s.Tracks[domain.RestoreTrack(track)] = domain.TrackTally{Tally: domain.Tally{Completed: t.Completed, ScoreSum: t.ScoreSum}, Told: t.Told}
	}
	for _, r := range i.Recent {
		s.Recent = append(s.Recent, domain.Recent{
			LessonID: domain.RestoreID[domain.Lesson](r.LessonID), Title: r.Title, Score: domain.Score(r.Score), CompletedAt: domain.RestoreTime(r.CompletedAt),
		})
	}
	for back := len(i.Days)*8 - 1; back >= 0; back-- {
		if i.Days[back/8]&(1<<(back%8)) != 0 {
			s.Days.Known = append(s.Days.Known, i.LastDay-back)
		}
	}
	if len(i.Past) == 3 {
		s.Days.Past = domain.Past{Through: i.Past[0], Run: i.Past[1], Longest: i.Past[2]}
	}
	return s
}

// newResumeItem is the list as it is saved next.
func newResumeItem(k key, r domain.Resume) resumeItem {
	item := resumeItem{key: k, Finished: map[string]string{}, Version: r.Version + 1}
	for _, b := range r.Begun {
		item.Begun = append(item.Begun, begunItem{b.LessonID.String(), b.Title, newPositionItem(b.Position)})
	}
	for _, f := range r.Finished {
		item.Finished[f.LessonID.String()] = domain.FormatTime(f.At)
	}
	return item
}

func (i resumeItem) restore() domain.Resume {
	r := domain.Resume{Version: i.Version}
	for _, b := range i.Begun {
		r.Begun = append(r.Begun, domain.Begun{LessonID: domain.RestoreID[domain.Lesson](b.LessonID), Title: b.Title, Position: b.Position.restore()})
	}
	for lesson, at := range i.Finished {
		r.Finished = append(r.Finished, domain.Finished{LessonID: domain.RestoreID[domain.Lesson](lesson), At: domain.RestoreTime(at)})
	}
	return r
}

// doneEntry reads a place in the history from its sort key: the time and the lesson.
func doneEntry(sk string) (first time.Time, lesson domain.LessonID) {
	return domain.RestoreTime(sk[len(doneSK) : len(sk)-37]), domain.RestoreID[domain.Lesson](sk[len(sk)-36:])
}
