package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestMistakesAreFoundBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		regions []string
		set     map[string]string // "" takes a parameter away
		want    string
	}{
		"two regions, identity left at its default": {[]string{"us-east-1", "eu-west-1"}, map[string]string{"IdentityConsistency": ""}, "two of them could give one address to two accounts"},
		"strong with two regions":                   {[]string{"us-east-1", "us-east-2"}, map[string]string{"IdentityConsistency": "strong"}, "exactly three regions of one set"},
		"strong over two sets":                      {[]string{"us-east-1", "us-east-2", "eu-west-1"}, map[string]string{"IdentityConsistency": "strong"}, "exactly three regions of one set"},
		"a home that is no region":                  {[]string{"us-east-1", "eu-west-1"}, map[string]string{"IdentityHome": "us-west-2"}, "is not one of the regions"},
		"a home without the mode":                   {[]string{"us-east-1"}, map[string]string{"IdentityConsistency": "", "IdentityHome": "us-east-1"}, "has a meaning with IdentityConsistency=home alone"},
		"a domain without a zone":                   {[]string{"us-east-1"}, map[string]string{"HostedZoneId": ""}, "DomainName without HostedZoneId"},
		"a zone without a domain":                   {[]string{"us-east-1"}, map[string]string{"DomainName": ""}, "without DomainName"},
		"localhost as web origin":                   {[]string{"us-east-1"}, map[string]string{"AllowedOrigins": "http://localhost:5173"}, "needs AllowedOrigins"},
		"no web origin":                             {[]string{"us-east-1"}, map[string]string{"AllowedOrigins": ""}, "needs AllowedOrigins"},
		"localhost in mails":                        {[]string{"us-east-1"}, map[string]string{"LinkBaseUrl": "http://localhost:5173"}, "needs LinkBaseUrl"},
		"the sender of the examples":                {[]string{"us-east-1"}, map[string]string{"MailFrom": "no-reply@lyceum.example"}, "needs MailFrom"},
		"alarms that nobody hears":                  {[]string{"us-east-1"}, map[string]string{"AlarmEmail": ""}, "needs AlarmEmail"},
		"certificates of localhost":                 {[]string{"us-east-1"}, map[string]string{"DomainName": "", "HostedZoneId": ""}, "needs DomainName, or ApiBaseUrl"},
		"another environment":                       {[]string{"us-east-1"}, map[string]string{"Environment": "dev"}, "must say Environment=prod"},
		"six regions":                               {[]string{"a-a-1", "a-a-2", "a-a-3", "a-a-4", "a-a-5", "a-a-6"}, nil, "at most 5 regions"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			k := open(t, c.regions...)
			for name, value := range c.set {
				if k.parameters[name] = value; value == "" {
					delete(k.parameters, name)
				}
			}
			changed, _, err := k.do(t, "prod")
			if err == nil || !strings.Contains(err.Error(), c.want) || len(changed) > 0 {
				t.Errorf("got %v and changed %q, want %q and nothing changed", err, changed, c.want)
			}
		})
	}
}

func TestCertificateMustBeOfItsRegion(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1")
	config := strings.ReplaceAll(k.config(), "arn:aws:acm:us-east-1", "arn:aws:acm:eu-west-1")
	err := command(t.Context(), config, []string{"--yes", "prod"}, nil, &strings.Builder{}, k)
	if err == nil || !strings.Contains(err.Error(), "without a CertificateArn of us-east-1") || len(k.ran) > 0 {
		t.Errorf("got %v, ran %q", err, k.ran)
	}
}

// An error is said as it is: it does not mean that a bucket, a stack or the keys are missing.
func TestRefusalOfAWSIsNotTakenForAbsence(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"get-caller-identity", "describe-stacks", "describe-secret", "head-bucket", "describe-table"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			k := open(t, "us-east-1", "eu-west-1")
			k.cloud.Denied = operation
			var out strings.Builder
			err := command(t.Context(), k.config(), []string{"--yes", "prod"}, nil, &out, k)
			if err == nil || !strings.Contains(err.Error(), "AccessDenied") || len(k.cloud.Log) > 0 {
				t.Errorf("got %v, changed %q", err, k.cloud.Log)
			}
		})
	}
}

func TestKeysMustBeTheSameEverywhere(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	late := k.cloud.Secrets["eu-west-1/lyceum-prod/keys"]
	k.aws(t, "put-secret-value --region us-east-1 --secret-id lyceum-prod/keys --secret-string {}")
	k.cloud.Secrets["eu-west-1/lyceum-prod/keys"] = late // not replicated yet
	if changed, _, err := k.do(t, "prod"); err == nil || !strings.Contains(err.Error(), "The keys of the regions differ") || len(changed) > 0 {
		t.Errorf("got %v, changed %q", err, changed)
	}
}

func TestUnknownEnvironmentOrRegion(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1")
	for _, args := range [][]string{{}, {"qa"}, {"prod", "eu-west-9"}} {
		if err := command(t.Context(), k.config(), args, nil, &strings.Builder{}, k); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

// CloudFormation fails an update whose rollback trigger does not exist, and takes at most 5.
func TestRollbackTriggersAreAlarmsOfTheTemplate(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1")
	_, output, _ := strings.Cut(k.cloud.Template, "\n  RollbackAlarms:\n")
	names := regexp.MustCompile(`:alarm:(lyceum-\$\{Environment\}-[a-z-]+)`).FindAllStringSubmatch(output, -1)
	if len(names) == 0 || len(names) > 5 {
		t.Errorf("%d rollback triggers", len(names))
	}
	for _, name := range names {
		if !strings.Contains(k.cloud.Template, "AlarmName: !Sub "+name[1]+"\n") && !strings.Contains(k.cloud.Template, `AlarmName: !Sub "`+name[1]+`",`) {
			t.Errorf("no alarm is called %s", name[1])
		}
	}
}
