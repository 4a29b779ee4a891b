package dynamo

import (
	"encoding/json"

	"lyceum/shared/domain"
)

// SummarySize is the size of a summary's item as JSON, which is more than DynamoDB counts, and how many tracks it has.
func SummarySize(s domain.Summary) (bytes, tracks int) {
	item := newSummaryItem(key{}, s)
	text, err := json.Marshal(item)
	if err != nil {
		panic(err)
	}
	return len(text), len(item.Tracks)
}
