package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// regionSets are those whose regions can hold a strongly consistent table together ("DynamoDB
// global tables", multi-Region strong consistency).
var regionSets = [][]string{
	{"us-east-1", "us-east-2", "us-west-2"},
	{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"},
	{"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"},
}

// problems are the mistakes in samconfig.toml that would fail half-way or deploy something unsafe,
// each as one sentence.
func problems(env string, members []member) (found []string) {
	say := func(m member, format string, args ...any) {
		found = append(found, "["+m.section+"] "+fmt.Sprintf(format, args...))
	}
	regions := regionsOf(members)
	for _, m := range members {
		p := m.parameters
		if p["Environment"] != env {
			say(m, "deploys Environment=%s; it must say Environment=%s.", p["Environment"], env)
		}
		if want := strings.Join(regions, ","); p["Regions"] != want && (len(members) > 1 || p["Regions"] != "") {
			say(m, "has Regions=%s; it must name the regions of all sections in their order: Regions=%s.", p["Regions"], want)
		}
		checkIdentity(m, regions, say)
		checkDomain(m, say)
		if env == "prod" {
			checkProduction(m, say)
		}
	}
	if len(members) > 5 {
		found = append(found, "An environment has at most 5 regions.")
	}
	return found
}

func checkIdentity(m member, regions []string, say func(member, string, ...any)) {
	home := m.parameters["IdentityHome"]
	switch consistency := cmp.Or(m.parameters["IdentityConsistency"], "single"); {
	case consistency == "single" && len(regions) > 1:
		say(m, "has %d regions with IdentityConsistency=single: two of them could give one address to two accounts. Choose strong or home.", len(regions))
	case consistency == "strong" && !slices.ContainsFunc(regionSets, func(set []string) bool { return len(regions) == 3 && within(regions, set) }):
		say(m, "IdentityConsistency=strong needs exactly three regions of one set, and %s are not: a strongly consistent table cannot be made there.", strings.Join(regions, ", "))
	case home != "" && consistency != "home":
		say(m, "IdentityHome=%s has a meaning with IdentityConsistency=home alone.", home)
	case home != "" && !slices.Contains(regions, home):
		say(m, "IdentityHome=%s is not one of the regions.", home)
	}
}

func within(regions, set []string) bool {
	return !slices.ContainsFunc(regions, func(r string) bool { return !slices.Contains(set, r) })
}

func checkDomain(m member, say func(member, string, ...any)) {
	domain, zone, certificate := m.parameters["DomainName"], m.parameters["HostedZoneId"], m.parameters["CertificateArn"]
	switch {
	case domain == "" && (zone != "" || certificate != ""):
		say(m, "has a HostedZoneId or CertificateArn without DomainName: the API would have no name of its own.")
	case domain == "":
	case zone == "":
		say(m, "has DomainName without HostedZoneId: nothing would lead to the name.")
	case !strings.HasPrefix(certificate, "arn:") || !strings.Contains(certificate, ":acm:"+m.region+":"):
		say(m, "has DomainName without a CertificateArn of %s: API Gateway takes a certificate of its own region alone.", m.region)
	}
}

// checkProduction refuses what is meant for a laptop.
func checkProduction(m member, say func(member, string, ...any)) {
	p := m.parameters
	for _, need := range []struct{ name, otherwise string }{
		{"AllowedOrigins", "browsers would take pages from localhost alone"},
		{"LinkBaseUrl", "links in mails would lead to localhost"},
		{"MailFrom", "SES would refuse every mail"},
		{"AlarmEmail", "nobody would hear an alarm"},
	} {
		if p[need.name] == "" || strings.Contains(p[need.name], "localhost") || strings.HasSuffix(p[need.name], "@lyceum.example") {
			say(m, "needs %s: without it %s.", need.name, need.otherwise)
		}
	}
	if p["DomainName"] == "" && (p["ApiBaseUrl"] == "" || strings.Contains(p["ApiBaseUrl"], "localhost")) {
		say(m, "needs DomainName, or ApiBaseUrl: certificates would name localhost as their issuer for as long as they live.")
	}
}
