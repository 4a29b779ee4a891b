package dynamo

import "lyceum/shared/domain"

type progressItem struct {
	key
	Attempts         int    `dynamodbav:"attempts"`
	BestScore        int    `dynamodbav:"bestScore"`
	LastScore        int    `dynamodbav:"lastScore"`
	FirstCompletedAt string `dynamodbav:"firstCompletedAt"`
	LastCompletedAt  string `dynamodbav:"lastCompletedAt"`
	CountedLessons   int    `dynamodbav:"countedLessons"`
	CountedScore     int    `dynamodbav:"countedScore"`
	Version          int    `dynamodbav:"version"`
}

type summaryItem struct {
	key
	Completed int          `dynamodbav:"completed"`
	ScoreSum  int          `dynamodbav:"scoreSum"`
	Recent    []recentItem `dynamodbav:"recent"`
	Version   int          `dynamodbav:"version"`
}

type recentItem struct {
	LessonID    string `dynamodbav:"lessonId"`
	Title       string `dynamodbav:"title"`
	Score       int    `dynamodbav:"score"`
	CompletedAt string `dynamodbav:"completedAt"`
}

// newProgressItem is the shard as it is saved next.
func newProgressItem(k key, s domain.Shard) progressItem {
	return progressItem{
		key: k, Attempts: s.Attempts, BestScore: int(s.BestScore), LastScore: int(s.LastScore),
		FirstCompletedAt: domain.FormatTime(s.FirstCompletedAt), LastCompletedAt: domain.FormatTime(s.LastCompletedAt),
		CountedLessons: s.Counted.Completed, CountedScore: s.Counted.ScoreSum, Version: s.Version + 1,
	}
}

func (i progressItem) restore() domain.Shard {
	return domain.Shard{
		Attempts: i.Attempts, BestScore: domain.Score(i.BestScore), LastScore: domain.Score(i.LastScore),
		FirstCompletedAt: domain.RestoreTime(i.FirstCompletedAt), LastCompletedAt: domain.RestoreTime(i.LastCompletedAt),
		Counted: domain.Tally{Completed: i.CountedLessons, ScoreSum: i.CountedScore}, Version: i.Version,
	}
}

// newSummaryItem is the summary as it is saved next.
func newSummaryItem(k key, s domain.Summary) summaryItem {
	item := summaryItem{key: k, Completed: s.Total.Completed, ScoreSum: s.Total.ScoreSum, Version: s.Version + 1}
	for _, r := range s.Recent {
		item.Recent = append(item.Recent, recentItem{r.LessonID.String(), r.Title, int(r.Score), domain.FormatTime(r.CompletedAt)})
	}
	return item
}

func (i summaryItem) restore() domain.Summary {
	s := domain.Summary{Total: domain.Tally{Completed: i.Completed, ScoreSum: i.ScoreSum}, Version: i.Version}
	for _, r := range i.Recent {
		s.Recent = append(s.Recent, domain.Recent{
			LessonID: domain.RestoreID[domain.Lesson](r.LessonID), Title: r.Title, Score: domain.Score(r.Score), CompletedAt: domain.RestoreTime(r.CompletedAt),
		})
	}
	return s
}
