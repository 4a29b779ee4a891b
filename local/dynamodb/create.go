package dynamodb

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of a table.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
const (
	maxIndexes          = 20
	maxNonKeyAttributes = 100 // over all indexes
	maxNonKeyPerIndex   = 20
)

// check validates a new table. One with local secondary indexes is refused by name, as no table of the project has any.
func (in *createTableInput) check() error {
	if in.TableName == nil {
		return invalid("The parameter 'TableName' is required but was not present in the request")
	}
	if err := in.constraints(); err != nil {
		return err
	}
	if in.LocalSecondaryIndexes != nil {
		return invalid("The parameter LocalSecondaryIndexes of CreateTable is not supported by this engine")
	}
	if err := in.checkBilling(); err != nil {
		return err
	}
	if s := in.StreamSpecification; s != nil && s.StreamEnabled == (s.StreamViewType == "") {
		return invalid("One or more parameter values were invalid: StreamViewType is required when, and only when, StreamEnabled is true")
	}
	used := map[string]bool{}
	if err := in.checkSchema(in.KeySchema, used); err != nil {
		return err
	}
	if err := in.checkIndexes(used); err != nil {
		return err
	}
	for _, d := range in.AttributeDefinitions {
		if !used[d.AttributeName] {
			return invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of " +
				"attributes defined in AttributeDefinitions")
		}
	}
	return nil
}

func (in *createTableInput) constraints() error {
	var v violations
	v.name("tableName", in.TableName)
	v.oneOf("billingMode", in.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	v.oneOf("tableClass", in.TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	v.required("attributeDefinitions", in.AttributeDefinitions != nil)
	for i, d := range in.AttributeDefinitions {
		at := fmt.Sprintf("attributeDefinitions.%d.member.", i+1)
		v.required(at+"attributeName", d.AttributeName != "")
		v.required(at+"attributeType", d.AttributeType != "")
		v.oneOf(at+"attributeType", d.AttributeType, "B", "N", "S")
	}
	v.keySchema("keySchema", in.KeySchema)
	for i, x := range in.indexes() {
		at := fmt.Sprintf("globalSecondaryIndexes.%d.member.", i+1)
		v.name(at+"indexName", &x.IndexName)
		v.keySchema(at+"keySchema", x.KeySchema)
		if v.required(at+"projection", x.Projection != nil); x.Projection != nil {
			v.oneOf(at+"projection.projectionType", x.Projection.ProjectionType, "ALL", "INCLUDE", "KEYS_ONLY")
		}
	}
	if in.StreamSpecification != nil {
		v.oneOf("streamSpecification.streamViewType", in.StreamSpecification.StreamViewType,
			"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
	}
	return v.err()
}

func (v *violations) keySchema(member string, schema []keyElement) {
	elements := make([]string, len(schema))
	for i, e := range schema {
		elements[i] = fmt.Sprintf("KeySchemaElement(attributeName=%s, keyType=%s)", e.AttributeName, e.KeyType)
	}
	switch {
	case schema == nil:
		v.required(member, false)
	case len(schema) == 0:
		v.add("'[]'", member, "have length greater than or equal to 1")
	case len(schema) > 2:
		v.add(fmt.Sprintf("'[%s]'", strings.Join(elements, ", ")), member, "have length less than or equal to 2")
	}
	for i, e := range schema {
		at := fmt.Sprintf("%s.%d.member.", member, i+1)
		v.required(at+"attributeName", e.AttributeName != "")
		v.required(at+"keyType", e.KeyType != "")
		v.oneOf(at+"keyType", e.KeyType, "HASH", "RANGE")
	}
}

func (in *createTableInput) checkBilling() error {
	if in.BillingMode == "PAY_PER_REQUEST" {
		if in.ProvisionedThroughput != nil {
			return invalid("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when " +
				"BillingMode is PAY_PER_REQUEST")
		}
		return nil
	}
	if in.ProvisionedThroughput == nil {
		return invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when " +
			"BillingMode is PROVISIONED")
	}
	for _, x := range in.indexes() {
		if x.ProvisionedThroughput == nil {
			return invalid("One or more parameter values were invalid: ProvisionedThroughput is not specified for index: %s", x.IndexName)
		}
	}
	return nil
}

// checkSchema wants one HASH and at most one RANGE attribute, both defined, and notes them as used.
func (in *createTableInput) checkSchema(schema []keyElement, used map[string]bool) error {
	if schema[0].KeyType != "HASH" {
		return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	if len(schema) == 2 {
		if schema[1].KeyType != "RANGE" {
			return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
		}
		if schema[0].AttributeName == schema[1].AttributeName {
			return invalid("Invalid KeySchema: Some index key attribute have no definition")
		}
	}
	for _, e := range schema {
		used[e.AttributeName] = true
		defined := func(d attributeDefinition) bool { return d.AttributeName == e.AttributeName }
		if !slices.ContainsFunc(in.AttributeDefinitions, defined) {
			return invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. "+
				"Keys: [%s], AttributeDefinitions: [%s]", e.AttributeName, in.definitionNames())
		}
	}
	return nil
}

func (in *createTableInput) definitionNames() string {
	text := ""
	for i, d := range in.AttributeDefinitions {
		if i > 0 {
			text += ", "
		}
		text += d.AttributeName
	}
	return text
}

func (in *createTableInput) checkIndexes(used map[string]bool) error {
	if in.GlobalSecondaryIndexes != nil && len(in.indexes()) == 0 {
		return invalid("One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty")
	}
	if n := len(in.indexes()); n > maxIndexes {
		return invalid("One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", maxIndexes)
	}
	names, nonKey := map[string]bool{}, 0
	for _, x := range in.indexes() {
		if names[x.IndexName] {
			return invalid("One or more parameter values were invalid: Duplicate index name: %s", x.IndexName)
		}
		names[x.IndexName] = true
		if err := in.checkSchema(x.KeySchema, used); err != nil {
			return err
		}
		included := x.Projection.NonKeyAttributes
		nonKey += len(included)
		switch kind := x.Projection.ProjectionType; {
		case kind == "":
			return invalid("One or more parameter values were invalid: Unknown ProjectionType: null")
		case kind != "INCLUDE" && included != nil:
			return invalid("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified", kind)
		case kind == "INCLUDE" && len(included) == 0:
			return invalid("One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
		case len(included) > maxNonKeyPerIndex:
			return invalid("One or more parameter values were invalid: NonKeyAttributes of index %s exceed the limit of %d", x.IndexName, maxNonKeyPerIndex)
		}
	}
	if nonKey > maxNonKeyAttributes {
		return invalid("One or more parameter values were invalid: NonKeyAttributes of all indexes exceed the limit of %d", maxNonKeyAttributes)
	}
	return nil
}
