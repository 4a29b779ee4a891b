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

// countChange is a transaction's write of what the region's counts change by when a lesson changes; none when they do not. The zero
// state stands for no lesson.
func (t Table) countChange(region string, before, after domain.LessonState) []types.TransactWriteItem {
	change := map[string]int{}
	for _, side := range []struct {
		lesson domain.LessonState
		by     int
	}{{before, -1}, {after, 1}} {
		if side.lesson.Published {
			change[totalCount] += side.by
			change[trackCount+side.lesson.Track.String()] += side.by
		}
	}
	maps.DeleteFunc(change, func(_ string, by int) bool { return by == 0 })
	if len(change) == 0 {
		return nil
	}
	change["version"] = 1
	names, values := map[string]string{}, map[string]types.AttributeValue{}
	var adds []string
	for i, name := range slices.Sorted(maps.Keys(change)) {
		names[fmt.Sprintf("#%d", i)], values[fmt.Sprintf(":%d", i)] = name, num(change[name])
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
