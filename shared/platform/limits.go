package platform

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

// Limits counts requests in the limits table.
func (e *Env) Limits() httpapi.Limits {
	return httpapi.Limits{Limiter: dynamo.Limits{Table: e.Table("LIMITS_TABLE"), Now: e.Now}, Log: e.Log}
}
