package template

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxResources is CloudFormation's quota.
const maxResources = 500

// resource is an entry of Resources.
type resource struct {
	id, typeName string
	kind         *resourceType // nil for a type that was refused
	line         int
	exists       bool       // false when its condition is
	properties   *yaml.Node // nil without any

	state
	name value
}

// declareResources makes the resources known to references.
func (l *loader) declareResources(section *yaml.Node) {
	if len(section.Content)/2 > maxResources {
		l.failf(section.Line, "the template has %d resources, more than the %d of CloudFormation", len(section.Content)/2, maxResources)
	}
	for key, node := range pairs(section) {
		r := &resource{id: key.Value, line: key.Line, exists: l.exists(node)}
		l.resources[key.Value] = r
		if !logicalIDs.MatchString(key.Value) {
			l.failf(key.Line, "a resource's name is made of letters and digits")
		}
		for name, child := range pairs(node) {
			switch name.Value {
			case "Type":
				r.typeName = child.Value
			case "Properties":
				if child.Kind == yaml.MappingNode && child.Tag == "!!map" {
					r.properties = child
				} else {
					l.failf(child.Line, "Properties must be a mapping")
				}
			case "Condition", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy":
			default:
				l.failf(name.Line, "the resource attribute %s is not supported by the local cloud", name.Value)
			}
		}
		r.kind = resourceTypes[r.typeName]
		switch {
		case r.typeName == "":
			l.failf(key.Line, "the resource %s has no Type", key.Value)
		case r.kind == nil:
			l.failf(key.Line, "resources of the type %s are not supported by the local cloud", r.typeName)
		case r.typeName == apiType && r.exists && l.api != nil:
			l.failf(key.Line, "the local cloud serves one %s; %s is one already", apiType, l.api.id)
		case r.typeName == apiType && r.exists:
			l.api = r
		}
	}
}

var logicalIDs = regexp.MustCompile(`^[a-zA-Z0-9]+$`)

// physicalName is what Ref gives: the name that the template states, or one made of the stack's and the logical id.
func (l *loader) physicalName(r *resource) value {
	if r.state == running {
		l.failf(r.line, "the name of %s depends on itself", r.id)
		return value{kind: broken, line: r.line}
	}
	if r.state == known {
		return r.name
	}
	r.state = running
	r.name = value{kind: scalar, line: r.line, text: l.options.StackName + "-" + r.id}
	switch r.typeName {
	case apiType:
		hash := fnv.New64a()
		hash.Write([]byte(r.name.text))
		r.name.text = fmt.Sprintf("%016x", hash.Sum64())[:10] // API ids have ten characters
	case bucketType:
		r.name.text = strings.ToLower(r.name.text)
	}
	for key, node := range pairs(r.properties) {
		if r.kind.nameProperty != "" && key.Value == r.kind.nameProperty {
			if v := l.eval(node); v.kind != absent {
				r.name = v
			}
		}
	}
	if r.name.kind != scalar || r.kind.names != nil && !r.kind.names.MatchString(r.name.text) {
		if r.name.kind != broken {
			l.failf(r.name.line, "%q cannot be the name of an %s", r.name.text, r.typeName)
		}
		r.name.kind = broken
	}
	r.state = known
	return r.name
}

// loadResources resolves the resources in the template's order.
func (l *loader) loadResources(section *yaml.Node) {
	for key, node := range pairs(section) {
		r := l.resources[key.Value]
		l.checkDependsOn(node)
		if !r.exists || r.kind == nil {
			if r.properties != nil {
				l.sleep(r.properties)
			}
			continue
		}
		properties := l.properties(r)
		if r.typeName == functionType || r.typeName == apiType {
			properties = merge(l.globals.get(strings.TrimPrefix(r.typeName, "AWS::Serverless::")), properties)
		}
		l.build(r, l.resolveSecrets(properties))
	}
}

func (l *loader) properties(r *resource) value {
	if r.properties == nil {
		return value{kind: mapping, line: r.line}
	}
	return l.eval(r.properties)
}

// build adds the resource to the stack.
func (l *loader) build(r *resource, properties value) {
	name := l.physicalName(r).text
	if first := l.names[r.kind.nameProperty+" "+name]; first != 0 && r.kind.nameProperty != "" && name != "" {
		l.failf(r.line, "the resource on line %d has the same %s, %s", first, r.kind.nameProperty, name)
	}
	l.names[r.kind.nameProperty+" "+name] = r.line
	o := l.object(properties, r.typeName)
	o.pass(r.kind.nameProperty)
	switch r.typeName {
	case functionType:
		l.stack.Functions = append(l.stack.Functions, l.function(r, name, o))
	case apiType:
		l.stack.API = API{r.id, l.apiCORS(o)}
	case tableType, globalTableType:
		l.stack.Tables = append(l.stack.Tables, l.table(r, name, o))
	case bucketType:
		l.stack.Buckets = append(l.stack.Buckets, l.bucket(r, name, o))
	case busType:
		o.pass("Description", "KmsKeyIdentifier", "Tags")
		l.stack.Buses = append(l.stack.Buses, Bus{r.id, name, r.line})
	case queueType:
		l.stack.Queues = append(l.stack.Queues, l.queue(r, name, o))
	case pipeType:
		l.stack.Pipes = append(l.stack.Pipes, l.pipe(r, name, o))
	default:
		switch r.typeName {
		case policyType:
			l.checkBucketPolicy(o)
		case queuePolicyType:
			l.checkQueuePolicy(o)
		case roleType:
			l.checkRole(o)
		case managedType:
			l.managedStatements(o)
		case parameterType:
			o.oneOf("Type", "String")
			o.required("Value")
			o.pass("Description", "Tier", "Tags")
			o.done()
		}
		l.stack.Ignored = append(l.stack.Ignored, Ignored{r.id, r.typeName, r.kind.ignored, r.line})
		return
	}
	o.done()
}

func (l *loader) checkDependsOn(n *yaml.Node) {
	for key, child := range pairs(n) {
		if key.Value != "DependsOn" {
			continue
		}
		names := child.Content
		if child.Kind == yaml.ScalarNode {
			names = []*yaml.Node{child}
		}
		for _, name := range names {
			if l.resources[name.Value] == nil {
				l.failf(name.Line, "DependsOn: the template has no resource %s", name.Value)
			}
		}
	}
}

// loadGlobals resolves what SAM merges into every function and API, and reports whether it is sound.
func (l *loader) loadGlobals(section *yaml.Node) bool {
	if section == nil {
		return true
	}
	problems := len(l.problems)
	for key, node := range pairs(section) {
		if key.Value != "Function" && key.Value != "HttpApi" {
			l.failf(key.Line, "Globals.%s is not supported by the local cloud", key.Value)
		}
		for name := range pairs(node) {
			switch name.Value {
			case "Events", "Policies", "Role", "FunctionName", "Name":
				l.failf(name.Line, "SAM takes no %s under Globals: write it at the resource", name.Value)
			}
		}
	}
	l.globals = l.eval(section)
	l.environment(l.object(l.globals.get("Function").get("Environment"), "Environment"))
	return len(l.problems) == problems
}
