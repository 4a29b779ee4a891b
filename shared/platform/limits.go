package platform

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

// Limits counts requests in the limits table.
func (e *Env) Limits() httpapi.Limits {
	return httpapi.Limits{Limiter: dynamo.Limits{Table: e.Table("LIMITS_TABLE"), Now: e.Now}, Wait: e.LimiterWait, Log: e.Log, Outage: &httpapi.Outage{Now: e.Now}}
}

// Meter counts all requests in the limits table, for the limits that hold on every route.
func (e *Env) Meter() *httpapi.Meter {
	m := &httpapi.Meter{Limits: e.Limits(), IP: httpapi.EachIP, User: httpapi.EachUser, Now: e.Now}
	m.Every.Store(httpapi.MeterEvery)
	return m
}
