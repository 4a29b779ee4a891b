package platform

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/dynamo"
)

// Accounts is the identity table in IDENTITY_TABLE. IDENTITY_HOME names the region that decides claims, one-time tokens and passwords where the
// table is eventually consistent; empty means that this region's replica does, as of a table that is strongly consistent or has one replica.
func (e *Env) Accounts() dynamo.Accounts {
	accounts := dynamo.Accounts{Table: e.Table("IDENTITY_TABLE"), Region: e.Region(), Now: e.Now}
	if region := e.Lookup("IDENTITY_HOME"); region != "" && region != e.Region() {
		endpoint := e.endpoint("IDENTITY_HOME_ENDPOINT_URL")
		client := dynamodb.NewFromConfig(e.config(), func(o *dynamodb.Options) { o.Region, o.BaseEndpoint = region, endpoint })
		accounts.Home = &dynamo.Table{Client: client, Name: accounts.Table.Name}
	}
	return accounts
}

// Outbox records events in LEARNING_TABLE.
func (e *Env) Outbox() dynamo.Outbox {
	return dynamo.Outbox{Table: e.Table("LEARNING_TABLE"), Region: e.Region()}
}
