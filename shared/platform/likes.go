package platform

import "lyceum/shared/dynamo"

// Likes keeps who likes what in LEARNING_TABLE.
func (e *Env) Likes() dynamo.Likes {
	return dynamo.Likes{Table: e.Table("LEARNING_TABLE"), Region: e.Region(), Regions: e.Regions()}
}
