package template

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ref is Ref.
func (l *loader) ref(arg *yaml.Node) value {
	if arg.Kind != yaml.ScalarNode {
		l.failf(arg.Line, "Ref takes a name")
		return value{kind: broken}
	}
	if api, ok := strings.CutSuffix(arg.Value, ".Stage"); ok && l.resources[api] != nil && l.resources[api].typeName == apiType {
		return l.made(arg.Line, "$default") // SAM's own reference to the stage that it makes
	}
	if strings.Contains(arg.Value, ".") {
		l.failf(arg.Line, "Ref takes no attribute: write Fn::GetAtt for %s", arg.Value)
		return value{kind: broken}
	}
	return l.named("Ref", arg.Value, arg.Line)
}

// getAtt is Fn::GetAtt, as "Resource.Attribute" or as a list of both.
func (l *loader) getAtt(arg *yaml.Node) value {
	name := arg.Value
	if arg.Kind == yaml.SequenceNode {
		args := l.args("Fn::GetAtt", arg, 2, 2)
		if args == nil {
			return value{kind: broken}
		}
		name = args[0].Value + "." + args[1].Value
	}
	if logicalID, attribute, ok := strings.Cut(name, "."); !ok || logicalID == "" || attribute == "" {
		l.failf(arg.Line, "Fn::GetAtt takes a resource and an attribute")
		return value{kind: broken}
	}
	return l.named("Fn::GetAtt", name, arg.Line)
}

// named resolves the name of a parameter, a pseudo parameter or a resource, or Resource.Attribute.
func (l *loader) named(function, name string, line int) value {
	if v, ok := l.parameters[name]; ok {
		v.line = line
		return v
	}
	if strings.HasPrefix(name, "AWS::") {
		return l.pseudo(function, name, line)
	}
	logicalID, attribute, _ := strings.Cut(name, ".")
	r := l.resources[logicalID]
	switch {
	case l.inConditions:
		l.failf(line, "%s: there is no parameter %s; conditions cannot see resources", function, name)
	case r == nil:
		l.failf(line, "%s: the template has no parameter or resource %s", function, logicalID)
	case r.kind == nil:
		// Its type was refused already.
	case attribute != "" && r.kind.attributes[attribute] == "":
		l.failf(line, "%s: the local cloud knows no attribute %s of %s", function, attribute, r.typeName)
	case l.dormant > 0:
	case !r.exists:
		l.failf(line, "%s: %s does not exist, since its condition is false here; guard the reference with Fn::If", function, logicalID)
	default:
		physical := l.physicalName(r)
		if physical.kind != scalar {
			return physical
		}
		switch {
		case r.typeName == parameterType && attribute == "Value":
			return l.parameterValue(r, line)
		case attribute != "":
			return l.made(line, l.attribute(r, attribute))
		case r.typeName == queueType:
			return l.made(line, "https://sqs."+l.options.Region+".amazonaws.com/"+l.options.AccountID+"/"+physical.text)
		case r.typeName == managedType:
			return l.made(line, l.attribute(r, "PolicyArn"))
		}
		return physical
	}
	return value{kind: broken, line: line}
}

// parameterValue is the Value of an AWS::SSM::Parameter. A secret in it is resolved where the value
// is used.
func (l *loader) parameterValue(r *resource, line int) value {
	if r.state == running {
		l.failf(r.line, "the value of %s depends on itself", r.id)
		return value{kind: broken, line: line}
	}
	r.state = running
	defer func() { r.state = known }()
	for key, node := range pairs(r.properties) {
		if key.Value == "Value" {
			v := l.evalText("Fn::GetAtt", node)
			v.line = line
			return v
		}
	}
	l.failf(r.line, "%s has no Value", r.id)
	return value{kind: broken, line: line}
}

// attribute is what Fn::GetAtt gives of a resource.
func (l *loader) attribute(r *resource, name string) string {
	return strings.NewReplacer("{region}", l.options.Region, "{account}", l.options.AccountID, "{name}", l.physicalName(r).text).
		Replace(r.kind.attributes[name])
}

// all are the resources of some types, in no order.
func (l *loader) all(types ...string) (found []*resource) {
	for _, r := range l.resources {
		if r.exists && slices.Contains(types, r.typeName) {
			found = append(found, r)
		}
	}
	return found
}

// target reads a property that must be an attribute, such as its Arn, of a resource of the template.
func (l *loader) target(o *object, property, attribute string, types ...string) *resource {
	arn := o.required(property)
	for _, r := range l.all(types...) {
		if l.attribute(r, attribute) == arn {
			return r
		}
	}
	if arn != "" {
		l.failf(o.get(property).line, "%s of %s must be the %s of an %s of the template", property, o.what, attribute, strings.Join(types, " or "))
	}
	return nil
}

// pseudo resolves what CloudFormation predefines ("Pseudo parameters reference").
func (l *loader) pseudo(function, name string, line int) value {
	text := ""
	switch name {
	case "AWS::Region":
		text = l.options.Region
	case "AWS::AccountId":
		text = l.options.AccountID
	case "AWS::StackName":
		text = l.options.StackName
	case "AWS::Partition":
		text = "aws"
	case "AWS::URLSuffix":
		text = "amazonaws.com"
	case "AWS::NoValue":
		return value{line: line}
	default:
		l.failf(line, "%s: the pseudo parameter %s is not supported by the local cloud", function, name)
		return value{kind: broken, line: line}
	}
	return value{kind: scalar, line: line, text: text}
}
