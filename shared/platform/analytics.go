package platform

import "lyceum/shared/dynamo"

// Analytics counts events by day; it needs LEARNING_TABLE and EPHEMERAL_TABLE.
func (e *Env) Analytics() dynamo.Analytics {
	return dynamo.Analytics{Table: e.Table("LEARNING_TABLE"), Ephemeral: e.Table("EPHEMERAL_TABLE"), Region: e.Region(), Now: e.Now}
}
