package template

import "math"

func (l *loader) bucket(r *resource, name string, o *object) Bucket {
	o.pass("PublicAccessBlockConfiguration", "OwnershipControls", "BucketEncryption", "LifecycleConfiguration", "Tags",
		"LoggingConfiguration", "MetricsConfigurations", "InventoryConfigurations", "AnalyticsConfigurations",
		"IntelligentTieringConfigurations", "AccelerateConfiguration", "ReplicationConfiguration")
	notifications := o.child("NotificationConfiguration")
	events := notifications.child("EventBridgeConfiguration")
	notifications.done()
	versioning := o.child("VersioningConfiguration")
	b := Bucket{
		LogicalID: r.id,
		Name:      name,
		Versioned: versioning.oneOf("Status", "Suspended", "Enabled") == "Enabled",
		Events:    events.v.kind == mapping && events.oneOf("EventBridgeEnabled", "true", "false") == "true", // CloudFormation's default
		Line:      r.line,
	}
	events.done()
	versioning.done()
	cors := o.child("CorsConfiguration")
	for _, rule := range cors.objects("CorsRules") {
		b.CORS = append(b.CORS, BucketCORS{
			AllowedOrigins: rule.texts("AllowedOrigins"),
			AllowedMethods: rule.texts("AllowedMethods"),
			AllowedHeaders: rule.texts("AllowedHeaders"),
			ExposedHeaders: rule.texts("ExposedHeaders"),
			MaxAge:         rule.integer("MaxAge", 0, 0, math.MaxInt32),
		})
		rule.pass("Id")
		rule.done()
	}
	cors.done()
	return b
}
