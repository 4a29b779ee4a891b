package main

import (
	"slices"
	"strings"
	"testing"

	"lyceum/scripts/deploy/fakeaws"
)

const version1 = "KeysVersion=00000001-0000-4000-8000-000000000000"

func TestFirstDeploymentOfThreeRegions(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1", "eu-west-1", "ap-northeast-1")
	changed, output, err := k.do(t, "prod")
	must(t, output, err)
	const all = "Regions=us-east-1,eu-west-1,ap-northeast-1 IdentityHome=us-east-1 "
	equal(t, changed,
		"sam us-east-1 create Version=v1 "+version1+" "+all+"DeletionProtection=false InDns=true",
		"sam eu-west-1 create Version=v1 "+version1+" "+all+"BucketRegions=us-east-1,eu-west-1 DeletionProtection=false InDns=true",
		"sam ap-northeast-1 create Version=v1 "+version1+" "+all+"BucketRegions=us-east-1,eu-west-1,ap-northeast-1 DeletionProtection=false InDns=true",
		"update-stack us-east-1 update BucketRegions=us-east-1,eu-west-1,ap-northeast-1 DeletionProtection=true",
		"update-stack eu-west-1 update BucketRegions=us-east-1,eu-west-1,ap-northeast-1 DeletionProtection=true",
		"update-stack ap-northeast-1 update DeletionProtection=true",
	)
	k.settled(t)
	if k.asked != 1 {
		t.Errorf("%d confirmations, want one for the whole run", k.asked)
	}
	if changed, output, err = k.do(t, "prod"); err != nil || len(changed) > 0 {
		t.Errorf("the same again changed %q, %v\n%s", changed, err, output)
	}
}

func TestNobodyConfirms(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1")
	err := command(t.Context(), k.config(), []string{"prod"}, strings.NewReader("no\n"), &strings.Builder{}, k)
	if err == nil || len(k.ran) > 0 {
		t.Errorf("%v, and it ran %q", err, k.ran)
	}
}

func TestFirstDeploymentThatFailsInRegionTwoIsRepeated(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1", "eu-west-1", "ap-northeast-1")
	k.cloud.Broken["eu-west-1"] = "LimitExceeded: concurrency"
	_, output, err := k.do(t, "prod")
	if err == nil || !strings.Contains(err.Error(), "eu-west-1 failed") || !strings.Contains(err.Error(), "Not touched: ap-northeast-1") {
		t.Fatalf("%v\n%s", err, output)
	}
	if s := k.cloud.Stacks["eu-west-1"]; s.Status != "ROLLBACK_COMPLETE" || k.cloud.Stacks["ap-northeast-1"] != nil || len(k.cloud.Protected()) > 0 {
		t.Errorf("%+v, protected: %q", s, k.cloud.Protected())
	}
	changed, output, err := k.do(t, "prod")
	must(t, output, err)
	if !strings.HasPrefix(changed[0], "delete-stack eu-west-1") {
		t.Errorf("it began with %q", changed[0])
	}
	k.settled(t)
}

// A first deployment whose tables are protected ends in ROLLBACK_FAILED, and its names are taken.
func TestFirstDeploymentThatFailsInItsOwnerIsRepeated(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1", "eu-west-1")
	k.cloud.Broken["us-east-1"] = "a certificate is not valid"
	if _, output, err := k.do(t, "prod"); err == nil {
		t.Fatal(output)
	}
	if s := k.cloud.Stacks["us-east-1"]; s.Status != "ROLLBACK_COMPLETE" || len(k.cloud.Tables) > 0 || len(k.cloud.Buckets) > 0 {
		t.Errorf("%+v left %d tables, %d buckets", s, len(k.cloud.Tables), len(k.cloud.Buckets))
	}
	_, output, err := k.do(t, "prod")
	must(t, output, err)
	k.settled(t)
}

func TestNewKeyReachesEveryRegion(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	k.aws(t, "put-secret-value --region us-east-1 --secret-id lyceum-prod/keys --secret-string {}")
	changed, output, err := k.do(t, "prod")
	must(t, output, err)
	if len(changed) != 3 {
		t.Errorf("it changed %q, want one update of each region", changed)
	}
	for _, region := range k.members {
		current := k.cloud.Secrets[region+"/lyceum-prod/keys"]
		if got := k.cloud.Stacks[region].Parameters["KeysVersion"]; got != current[len(current)-1] {
			t.Errorf("%s runs with %s of %q", region, got, current)
		}
	}
	k.settled(t)
}

// deployed is an environment of three regions that works.
func deployed(t *testing.T) *desk {
	t.Helper()
	k := open(t, "us-east-1", "eu-west-1", "ap-northeast-1")
	_, output, err := k.do(t, "prod")
	must(t, output, err)
	return k
}

func TestFourthRegionGetsOldObjectsBeforeItComesIntoDNS(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	old := "lyceum-prod-content-" + fakeaws.Account + "-"
	k.cloud.Put(old+"us-east-1", "lessons/1/1")
	k.members = append(k.members, "sa-east-1")
	if _, output, err := k.do(t, "prod"); err == nil || !strings.Contains(err.Error(), "keys lyceum-prod/keys are not in sa-east-1") {
		t.Fatalf("without its keys: %v\n%s", err, output)
	}
	k.replicateKeys(t, "sa-east-1")
	changed, output, err := k.do(t, "prod")
	must(t, output, err)
	const four = "us-east-1,eu-west-1,ap-northeast-1,sa-east-1"
	equal(t, changed,
		"sam us-east-1 update Regions="+four,
		"sam eu-west-1 update Regions="+four,
		"sam ap-northeast-1 update Regions="+four,
		"sam sa-east-1 create Version=v1 "+version1+" Regions="+four+" IdentityHome=us-east-1 BucketRegions="+four+" DeletionProtection=false InDns=false",
		"update-stack us-east-1 update BucketRegions="+four,
		"update-stack eu-west-1 update BucketRegions="+four,
		"update-stack ap-northeast-1 update BucketRegions="+four,
		"create-job us-east-1 lyceum-prod-content-"+fakeaws.Account+"-us-east-1-to-sa-east-1",
		"create-job us-east-1 lyceum-prod-uploads-"+fakeaws.Account+"-us-east-1-to-sa-east-1",
		"update-stack sa-east-1 update DeletionProtection=true InDns=true",
	)
	if got := k.cloud.Buckets[old+"sa-east-1"].Objects; !slices.Equal(got, []string{"lessons/1/1"}) {
		t.Errorf("the new region has %q of the old objects", got)
	}
	k.settled(t)
}

func TestRegionsGrowAtTheirEndAlone(t *testing.T) {
	t.Parallel()
	for about, members := range map[string][]string{
		"the owner of the tables changes": {"eu-west-1", "us-east-1", "ap-northeast-1"},
		"a region is left out":            {"us-east-1", "ap-northeast-1"},
		"two are added":                   {"us-east-1", "eu-west-1", "ap-northeast-1", "sa-east-1", "ca-central-1"},
	} {
		t.Run(about, func(t *testing.T) {
			k := deployed(t)
			for _, added := range members[min(3, len(members)):] {
				k.replicateKeys(t, added)
			}
			k.members = members
			if changed, _, err := k.do(t, "prod"); err == nil || len(changed) > 0 {
				t.Errorf("%v, changed %q", err, changed)
			}
		})
	}
}

func TestPrimaryIsLostHomeMovesPrimaryComesBack(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	k.version = "v2"
	k.cloud.Down["us-east-1"] = true

	// A region that does not answer does not keep the others from a new version.
	changed, output, err := k.do(t, "prod")
	if err == nil || !strings.Contains(err.Error(), "us-east-1 did not answer and was left out") {
		t.Fatalf("%v\n%s", err, output)
	}
	equal(t, changed, "sam eu-west-1 update Version=v2", "sam ap-northeast-1 update Version=v2")

	// Another region decides about accounts. The lost one must not come back into DNS by itself, as
	// it would decide too.
	k.parameters["IdentityHome"] = "eu-west-1"
	changed, output, err = k.do(t, "prod", "eu-west-1", "ap-northeast-1")
	must(t, output, err)
	equal(t, changed, "update-health-check  check-us-east-1 /api/health/fenced", "sam eu-west-1 update IdentityHome=eu-west-1", "sam ap-northeast-1 update IdentityHome=eu-west-1")

	k.cloud.Down["us-east-1"] = false
	if path := k.cloud.Records["us-east-1"]; path != "/api/health/fenced" {
		t.Errorf("it is back, and DNS asks it for %q", path)
	}
	changed, output, err = k.do(t, "prod", "us-east-1")
	must(t, output, err)
	equal(t, changed, "sam us-east-1 update Version=v2 IdentityHome=eu-west-1", "update-health-check  check-us-east-1 /api/health/deep")
	k.settled(t)

	// Going back to the default is a move too: taking the parameter out of samconfig.toml does not
	// make two regions decide.
	delete(k.parameters, "IdentityHome")
	if changed, _, err := k.do(t, "prod"); err == nil || len(changed) > 0 || !strings.Contains(err.Error(), "two regions would decide") {
		t.Errorf("without IdentityHome: %v, changed %q", err, changed)
	}
	if got := k.cloud.Replicas("lyceum-prod-identity"); len(got) != 3 {
		t.Errorf("the identity table is in %q: its owner must not have changed", got)
	}
}

func TestHomeDoesNotMoveWhileTheOldOneAnswers(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	k.parameters["IdentityHome"] = "eu-west-1"
	if changed, _, err := k.do(t, "prod"); err == nil || len(changed) > 0 || !strings.Contains(err.Error(), "two regions would decide") {
		t.Errorf("%v, changed %q", err, changed)
	}
}

func TestFailedRegionStopsTheRest(t *testing.T) {
	t.Parallel()
	for about, harm := range map[string]func(*fakeaws.Cloud){
		"an alarm goes off":      func(c *fakeaws.Cloud) { c.Alarm["eu-west-1"] = true },
		"the smoke test fails":   func(c *fakeaws.Cloud) { c.Sick["eu-west-1"] = true },
		"CloudFormation refuses": func(c *fakeaws.Cloud) { c.Broken["eu-west-1"] = "Rate exceeded" },
	} {
		t.Run(about, func(t *testing.T) {
			k := deployed(t)
			k.version = "v2"
			harm(k.cloud)
			_, _, err := k.do(t, "prod")
			if err == nil {
				t.Fatal("it ended well")
			}
			for _, part := range []string{"eu-west-1 failed", "Not touched: ap-northeast-1", "git switch --detach v1 && scripts/deploy.sh prod us-east-1"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("it does not say %q:\n%v", part, err)
				}
			}
			if got := k.cloud.Stacks["ap-northeast-1"].Parameters["Version"]; got != "v1" {
				t.Errorf("ap-northeast-1 has %s", got)
			}
		})
	}
}

func TestRemovalLeavesNothingThatBlocksItsReturn(t *testing.T) {
	t.Parallel()
	for _, consistency := range []string{"home", "strong"} {
		t.Run(consistency, func(t *testing.T) {
			k := open(t, "us-east-1", "us-east-2", "us-west-2")
			k.parameters["IdentityConsistency"] = consistency
			_, output, err := k.do(t, "prod")
			must(t, output, err)
			k.cloud.Put("lyceum-prod-uploads-"+fakeaws.Account+"-us-east-2", "files/1")
			k.cloud.On["us-east-2"] = true // an alarm does not keep it
			_, output, err = k.do(t, "--remove", "prod")
			must(t, output, err)
			k.cloud.On["us-east-2"] = false
			if len(k.cloud.Stacks)+len(k.cloud.Tables)+len(k.cloud.Buckets)+len(k.cloud.Records) > 0 {
				t.Errorf("left: %v %v %v", k.cloud.Stacks, k.cloud.Tables, k.cloud.Buckets)
			}
			_, output, err = k.do(t, "prod")
			must(t, output, err)
			k.settled(t)
		})
	}
}

func TestStackAloneRemovedBlocksItsReturnWithASentence(t *testing.T) {
	t.Parallel()
	k := open(t, "us-east-1")
	_, output, err := k.do(t, "prod")
	must(t, output, err)
	delete(k.cloud.Stacks, "us-east-1") // somebody deleted the stack: tables and buckets stay
	if _, _, err := k.do(t, "prod"); err == nil || !strings.Contains(err.Error(), "an earlier environment left table lyceum-prod-identity") {
		t.Errorf("got %v", err)
	}
}

func TestRegionCanBeTakenOutOfDNSAndLetInAgain(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	out := strings.Replace(k.config(), "[prod-eu-west-1.deploy.parameters]\nconfirm_changeset = true\nparameter_overrides = \"", "[prod-eu-west-1.deploy.parameters]\nconfirm_changeset = true\nparameter_overrides = \"InDns=false ", 1)
	for range 2 { // it stays out until it is let in
		if err := command(t.Context(), out, []string{"--yes", "prod"}, nil, &strings.Builder{}, k); err != nil || k.cloud.Records["eu-west-1"] != "" || len(k.cloud.Records) != 2 {
			t.Fatalf("%v, in DNS: %v", err, k.cloud.Records)
		}
	}
	k.ran = nil
	_, output, err := k.do(t, "prod")
	must(t, output, err)
	k.settled(t)
}

func TestFixCanBeDeployedWhileAnAlarmIsOn(t *testing.T) {
	t.Parallel()
	k := deployed(t)
	k.version = "v2"
	k.cloud.On["eu-west-1"] = true
	if changed, _, err := k.do(t, "prod"); err == nil || len(changed) > 0 || !strings.Contains(err.Error(), "scripts/deploy.sh --unwatched prod eu-west-1") {
		t.Fatalf("got %v, changed %q", err, changed)
	}
	changed, output, err := k.do(t, "--unwatched", "prod", "eu-west-1")
	must(t, output, err)
	equal(t, changed, "update-stack eu-west-1 update DeletionProtection=false", "sam eu-west-1 update Version=v2")
	k.cloud.On["eu-west-1"] = false
	changed, output, err = k.do(t, "prod")
	must(t, output, err)
	equal(t, changed, "sam us-east-1 update Version=v2", "sam ap-northeast-1 update Version=v2", "update-stack eu-west-1 update DeletionProtection=true")
	k.settled(t)
}
