package platform

import "lyceum/shared/dynamo"

// Idempotency remembers requests with an Idempotency-Key in EPHEMERAL_TABLE.
func (e *Env) Idempotency() dynamo.Idempotency {
	return dynamo.Idempotency{Table: e.Table("EPHEMERAL_TABLE"), Now: e.Now, Random: e.Random}
}
