package dynamo

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// A region's counts of published lessons are the attributes published and track#<track> of one item, which has room for 4,000 tracks.
// Each is a top-level attribute, because ADD makes one that is missing, but no map to put it in.
const (
	totalCount = "published"
	trackCount = "track#"
)

// countChange is a transaction's write of what the region's counts change by when lessons change; none when they do not.
func (t Table) countChange(region string, changes ...change) []types.TransactWriteItem {
	by := map[string]int{}
	count := func(lesson *domain.Lesson, n int) {
		if s := state(lesson); s.Published {
			by[totalCount] += n
			by[trackCount+s.Track.String()] += n
		}
	}
	for _, c := range changes {
		count(c.before, -1)
		count(c.after, 1)
	}
	maps.DeleteFunc(by, func(_ string, n int) bool { return n == 0 })
	if len(by) == 0 {
		return nil
	}
	by["version"] = 1 // tells a recount that something changed
	names, values := map[string]string{}, map[string]types.AttributeValue{}
	var adds []string
	for i, name := range slices.Sorted(maps.Keys(by)) {
		names[fmt.Sprintf("#%d", i)], values[fmt.Sprintf(":%d", i)] = name, num(by[name])
		adds = append(adds, fmt.Sprintf("#%d :%d", i, i))
	}
	add := "ADD " + strings.Join(adds, ", ")
	return []types.TransactWriteItem{{Update: &types.Update{
		TableName: &t.Name, Key: catalogueCountKey(region).av(), UpdateExpression: &add,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}}}
}

// restoreCounts reads one region's counts; a region that never published has none.
func restoreCounts(item map[string]types.AttributeValue) domain.CatalogueCounts {
	counts := domain.CatalogueCounts{Total: number(item[totalCount]), Tracks: map[domain.Track]int{}}
	for name, value := range item {
		if track, ok := strings.CutPrefix(name, trackCount); ok {
			counts.Tracks[domain.RestoreTrack(track)] = number(value)
		}
	}
	return counts
}

// number is a whole number, 0 for anything else.
func number(value types.AttributeValue) int {
	if n, ok := value.(*types.AttributeValueMemberN); ok {
		i, _ := strconv.Atoi(n.Value)
		return i
	}
	return 0
}
