package platform

import (
	"errors"
	"strconv"
	"time"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

// Audit keeps audit entries in LEARNING_TABLE for AUDIT_DAYS days.
func (e *Env) Audit() httpapi.Audit {
	days, err := strconv.Atoi(e.Var("AUDIT_DAYS"))
	if err == nil && days < 1 {
		err = errors.New("must be at least 1")
	}
	days = must(e, "AUDIT_DAYS", days, err)
	trail := dynamo.Audit{Table: e.Table("LEARNING_TABLE"), Kept: time.Duration(days) * 24 * time.Hour}
	return httpapi.Audit{Trail: trail, Now: e.Now, Random: e.Random, Log: e.Log}
}

// AuditList reads audit entries from LEARNING_TABLE.
func (e *Env) AuditList() dynamo.Audit { return dynamo.Audit{Table: e.Table("LEARNING_TABLE")} }
