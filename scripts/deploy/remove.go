package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// remove deletes an environment with all that its tables and buckets hold, the owner of the global
// tables last. It goes on where an earlier run stopped. The keys stay: without them no backup could
// be used.
func (d *deployment) remove(ctx context.Context) error {
	if d.plan {
		return errors.New("a removal has no plan: docs/OPERATIONS.md, Remove an environment, lists its steps")
	}
	if err := d.look(ctx); err != nil {
		return err
	}
	for region, err := range d.down {
		return fmt.Errorf("%s does not answer, and nothing was removed: %w", region, err)
	}
	if err := d.confirm(fmt.Sprintf("Remove %s in %s, with every account, lesson and file?", d.env, strings.Join(regionsOf(d.members), ", "))); err != nil {
		return err
	}
	backwards := slices.Clone(d.members)
	slices.Reverse(backwards)
	// Bucket by bucket, replication ends before anything is deleted, or a deletion would be copied
	// to a bucket that is gone.
	for _, m := range backwards {
		s := d.state[m.region]
		if s == nil || failedCreation(s) {
			continue
		}
		if err := d.update(ctx, m, map[string]string{"DeletionProtection": "false", "BucketRegions": ""}, nil); err != nil {
			return err
		}
	}
	for _, m := range backwards {
		if d.state[m.region] != nil {
			if err := d.deleteStack(ctx, m); err != nil {
				return err
			}
		}
		if err := d.deleteBuckets(ctx, m); err != nil {
			return err
		}
	}
	if err := d.deleteTables(ctx); err != nil {
		return err
	}
	d.say("# %s is removed. What stays: the keys lyceum-%s/keys, and backups of tables until they expire.", d.env, d.env)
	return nil
}

// deleteBuckets empties a region's buckets, old versions too, and deletes them: their stack leaves
// them, because they have data.
func (d *deployment) deleteBuckets(ctx context.Context, m member) error {
	for _, bucket := range d.allBuckets(m.region) {
		_, err := d.world.Ask(ctx, []string{"aws", "s3api", "head-bucket", "--region", m.region, "--bucket", bucket})
		if err != nil && strings.Contains(err.Error(), "(404)") {
			continue
		}
		for err == nil { // 500 at a time: their names must fit into one argument
			var page struct {
				Versions, DeleteMarkers []struct{ Key, VersionId string }
			}
			if err = d.ask(ctx, &page, "s3api", "list-object-versions", "--region", m.region, "--bucket", bucket, "--max-items", "500"); err != nil {
				break
			}
			objects := append(page.Versions, page.DeleteMarkers...)
			if len(objects) == 0 {
				break
			}
			var list []byte
			if list, err = json.Marshal(map[string]any{"Objects": objects, "Quiet": true}); err == nil {
				err = d.run(ctx, "aws", "s3api", "delete-objects", "--region", m.region, "--bucket", bucket, "--delete", string(list))
			}
		}
		if err != nil {
			return err
		}
		if err := d.run(ctx, "aws", "s3api", "delete-bucket", "--region", m.region, "--bucket", bucket); err != nil {
			return err
		}
	}
	return nil
}

// deleteTables deletes the replicas of the global tables, then what remains in the owner's region.
// A strongly consistent table loses its two other replicas in one call ("Deleting a MRSC global
// table"), the others one after the other.
func (d *deployment) deleteTables(ctx context.Context) error {
	owner := d.members[0].region
	for _, table := range []string{"identity", "learning", "ephemeral"} {
		name := "lyceum-" + d.env + "-" + table
		replicas, there, err := d.replicas(ctx, owner, name)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		step := 1
		if table == "identity" && d.members[0].parameters["IdentityConsistency"] == "strong" {
			step = 2
		}
		for some := range slices.Chunk(without(replicas, owner), step) {
			var updates []string
			for _, region := range some {
				updates = append(updates, fmt.Sprintf(`{"Delete":{"RegionName":%q}}`, region))
			}
			if err := d.run(ctx, "aws", "dynamodb", "update-table", "--region", owner, "--table-name", name, "--replica-updates", "["+strings.Join(updates, ",")+"]"); err != nil {
				return err
			}
			for {
				left, _, err := d.replicas(ctx, owner, name)
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(some, func(r string) bool { return slices.Contains(left, r) }) {
					break
				}
				if err := d.world.Sleep(ctx, 5*time.Second); err != nil {
					return err
				}
			}
		}
		if err := d.run(ctx, "aws", "dynamodb", "delete-table", "--region", owner, "--table-name", name); err != nil {
			return err
		}
	}
	return nil
}

// replicas are the regions of a global table, as its owner's region knows them.
func (d *deployment) replicas(ctx context.Context, owner, table string) (regions []string, there bool, err error) {
	var answer struct {
		Table struct{ Replicas []struct{ RegionName string } }
	}
	err = d.ask(ctx, &answer, "dynamodb", "describe-table", "--region", owner, "--table-name", table)
	if errors.Is(err, errMissing) {
		return nil, false, nil
	}
	for _, r := range answer.Table.Replicas {
		regions = append(regions, r.RegionName)
	}
	return regions, err == nil, err
}
