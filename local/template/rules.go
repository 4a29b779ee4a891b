package template

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// checkRules asserts what the section Rules asks of the parameters (CloudFormation user guide,
// "Rules"). A rule that does not hold is reported with its own description.
func (l *loader) checkRules(section *yaml.Node) {
	l.inConditions = true
	defer func() { l.inConditions = false }()
	for _, rule := range pairs(section) {
		applies, assertions := true, []*yaml.Node(nil)
		for key, node := range pairs(rule) {
			switch key.Value {
			case "RuleCondition":
				applies = l.decide(node)
			case "Assertions":
				assertions = node.Content
			default:
				l.failf(key.Line, "a rule has RuleCondition and Assertions, not %s", key.Value)
			}
		}
		for _, assertion := range assertions {
			holds, says := false, "a rule does not hold"
			for key, node := range pairs(assertion) {
				switch key.Value {
				case "Assert":
					holds = l.decide(node)
				case "AssertDescription":
					says = node.Value
				default:
					l.failf(key.Line, "an assertion has Assert and AssertDescription, not %s", key.Value)
				}
			}
			if applies && !holds {
				l.failf(assertion.Line, "%s", says)
			}
		}
	}
}

// contains is Fn::Contains, which only rules may use: whether a list of texts has a text.
func (l *loader) contains(arg *yaml.Node) bool {
	args := l.args("Fn::Contains", arg, 2, 2)
	if args == nil {
		return false
	}
	texts, text := l.evalList("Fn::Contains", args[0]), l.evalText("Fn::Contains", args[1])
	return text.kind == scalar && slices.ContainsFunc(texts.items, func(v value) bool { return v.text == text.text })
}
