package template

import (
	"errors"
	"strings"
)

// secret is an answer of Options.Secret.
type secret struct {
	text string
	err  error
}

const reference = "{{resolve:"

// resolveSecrets puts secrets where properties refer to them:
// {{resolve:secretsmanager:<name>:SecretString:<key>}}, with an empty version stage and version
// after it, or none (CloudFormation user guide, "Get a secret or secret value from Secrets
// Manager").
func (l *loader) resolveSecrets(v value) value {
	if v.kind == scalar && strings.Contains(v.text, reference) {
		return l.resolveText(v)
	}
	if len(v.items) > 0 {
		items := make([]value, len(v.items))
		for i, item := range v.items {
			items[i] = l.resolveSecrets(item)
		}
		v.items = items
	}
	if len(v.fields) > 0 {
		fields := make([]field, len(v.fields))
		for i, f := range v.fields {
			f.value = l.resolveSecrets(f.value)
			fields[i] = f
		}
		v.fields = fields
	}
	return v
}

func (l *loader) resolveText(v value) value {
	var b strings.Builder
	for rest := v.text; ; {
		before, after, found := strings.Cut(rest, reference)
		b.WriteString(before)
		if !found {
			return l.made(v.line, b.String())
		}
		inner, after, closed := strings.Cut(after, "}}")
		parts := strings.Split(strings.TrimSuffix(inner, "::"), ":")
		if !closed || len(parts) != 4 || parts[0] != "secretsmanager" || parts[2] != "SecretString" || parts[1] == "" || parts[3] == "" {
			l.failf(v.line, "only {{resolve:secretsmanager:<name>:SecretString:<key>}} is supported by the local cloud, without a version")
			return value{kind: broken, line: v.line}
		}
		s := l.secret(parts[1], parts[3])
		if s.err != nil {
			l.failf(v.line, "the secret %s has no value for %s here: %v", parts[1], parts[3], s.err)
			return value{kind: broken, line: v.line}
		}
		if b.Len()+len(s.text) > l.room {
			return l.overflow(v.line)
		}
		b.WriteString(s.text)
		rest = after
	}
}

func (l *loader) secret(name, key string) secret {
	s, ok := l.secrets[[2]string{name, key}]
	if !ok {
		s.err = errors.New("no secrets are given")
		if l.options.Secret != nil {
			s.text, s.err = l.options.Secret(name, key)
		}
		l.secrets[[2]string{name, key}] = s
	}
	return s
}
