package template

import (
	"path/filepath"
	"regexp"
	"time"
)

// maxEnvironment bounds the names and values of a function's environment, in bytes ("Lambda quotas").
const maxEnvironment = 4096

var variableNames = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]+$`)

func (l *loader) function(r *resource, name string, o *object) Function {
	o.oneOf("Runtime", "provided.al2023", "provided.al2")
	o.oneOf("PackageType", "Zip")
	o.pass("Handler", "Architectures", "Description", "Tags", "PropagateTags", "Tracing", "LoggingConfig", "EphemeralStorage", "KmsKeyArn",
		"AutoPublishAlias", "AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "VersionDescription", "VersionDeletionPolicy",
		"DeploymentPreference", "ProvisionedConcurrencyConfig", "RolePath", "SnapStart", "RuntimeManagementConfig", "CodeSigningConfigArn")
	f := Function{
		LogicalID:   r.id,
		Name:        name,
		CodeURI:     o.required("CodeUri"),
		MemoryMB:    o.integer("MemorySize", 128, 128, 10240),
		Timeout:     time.Duration(o.integer("Timeout", 3, 1, 900)) * time.Second,
		Environment: l.environment(o.child("Environment")),
		Statements:  l.policies(o.get("Policies")),
		Async:       l.async(o.child("EventInvokeConfig")),
		Line:        r.line,
	}
	l.events(&f, o.child("Events"))
	if f.CodeURI != "" && !filepath.IsLocal(filepath.FromSlash(f.CodeURI)) {
		l.failf(o.get("CodeUri").line, "CodeUri must be a folder below the template's, not %q", f.CodeURI)
	}
	return f
}

func (l *loader) environment(o *object) map[string]string {
	variables := o.child("Variables")
	o.done()
	env, size := map[string]string{}, 0
	for _, f := range variables.v.fields {
		if !variableNames.MatchString(f.name) {
			l.failf(f.line, "an environment variable begins with a letter and has two or more letters, digits and _, unlike %q", f.name)
		}
		env[f.name] = l.plainText(f.value, f.name+" of Variables")
		size += len(f.name) + len(env[f.name])
	}
	if size > maxEnvironment {
		l.failf(variables.v.line, "the environment takes %d bytes, more than the %d of Lambda", size, maxEnvironment)
	}
	return env
}
