package platform

import "lyceum/shared/dynamo"

// Learning is how far learners are, in LEARNING_TABLE, with their zones from IDENTITY_TABLE. It writes this region's shards and reads those
// of all REGIONS.
func (e *Env) Learning() dynamo.Learning {
	return dynamo.Learning{
		Table: e.Table("LEARNING_TABLE"), Region: e.Region(), Regions: e.Regions(), Identity: e.Table("IDENTITY_TABLE").Name,
	}
}
