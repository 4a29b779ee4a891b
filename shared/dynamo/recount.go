package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Recount makes the counts of all regions together what is published, by changing those of this region, and returns both. Counts drift when two
// regions change one lesson at once: both count, and one change of the lesson is lost. Nothing needs to stand still in this region; what
// other regions change meanwhile can be counted twice or not at all, so run it once more when they have gone quiet. settle waits until
// the index shows what was written before.
func (l Lessons) Recount(ctx context.Context, regions []string, settle func()) (was, is domain.CatalogueCounts, err error) {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return was, is, err
		}
		var others domain.CatalogueCounts
		var version int
		if was, others, version, err = l.counted(ctx, regions); err != nil {
			return was, is, err
		}
		settle()
		if is, err = l.published(ctx); err != nil {
			return was, is, err
		}
		if err = l.setCounts(ctx, is, others, version); !errors.Is(err, errFaster) {
			return was, is, err
		}
	}
	return was, is, ErrBusy
}

var errFaster = errors.New("the counts have changed meanwhile")

// counted is what all regions have counted, what those but this one have, and the version of this one's counts.
func (l Lessons) counted(ctx context.Context, regions []string) (all, others domain.CatalogueCounts, version int, err error) {
	var wanted []key
	for _, region := range regions {
		wanted = append(wanted, catalogueCountKey(region))
	}
	tables, err := batchGet(ctx, l.Table.Client, map[string][]key{l.Table.Name: wanted})
	if err != nil {
		return all, others, 0, err
	}
	others.Tracks = map[domain.Track]int{}
	var counts []domain.CatalogueCounts
	for _, region := range regions {
		item := tables[l.Table.Name][catalogueCountKey(region)]
		c := restoreCounts(item)
		counts = append(counts, c)
		if region == l.Region {
			version = number(item["version"])
			continue
		}
		others.Total += c.Total
		for track, n := range c.Tracks {
			others.Tracks[track] += n
		}
	}
	return domain.MergeCounts(counts), others, version, nil
}

// published counts the index.
func (l Lessons) published(ctx context.Context) (domain.CatalogueCounts, error) {
	is := domain.CatalogueCounts{Tracks: map[domain.Track]int{}}
	page := domain.Page{Limit: 1000}
	for more := true; more; more = page.After != "" {
		lessons, next, err := l.List(ctx, domain.Shelf{}, page)
		if err != nil {
			return is, err
		}
		for _, lesson := range lessons {
			is.Total++
			is.Tracks[lesson.State().Track]++
		}
		page.After = next
	}
	return is, nil
}

// setCounts writes this region's part of the truth. errFaster when its counts are not of that version any more.
func (l Lessons) setCounts(ctx context.Context, is, others domain.CatalogueCounts, version int) error {
	item := catalogueCountKey(l.Region).av()
	item["version"], item[totalCount] = num(version+1), num(is.Total-others.Total)
	for track := range others.Tracks {
		item[trackCount+track.String()] = num(-others.Tracks[track])
	}
	for track, n := range is.Tracks {
		item[trackCount+track.String()] = num(n - others.Tracks[track])
	}
	condition := "version = :before OR attribute_not_exists(pk)"
	_, err := l.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &l.Table.Name, Item: item, ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":before": num(version)},
	})
	var faster *types.ConditionalCheckFailedException
	if errors.As(err, &faster) {
		return errFaster
	}
	if err != nil {
		return failed(err)
	}
	return nil
}
