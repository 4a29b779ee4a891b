package fakeaws

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func (c *Cloud) describeSecret(line call) (any, error) {
	versions := c.Secrets[line.region+"/"+line.flag("secret-id")]
	if len(versions) == 0 {
		return nil, failure("ResourceNotFoundException", "DescribeSecret", "Secrets Manager can't find the specified secret.")
	}
	stages := map[string][]string{}
	for i, v := range versions {
		stages[v] = map[bool][]string{true: {"AWSCURRENT"}, false: {"AWSPREVIOUS"}}[i == len(versions)-1]
	}
	return map[string]any{"VersionIdsToStages": stages}, nil
}

// value reads --secret-string, also from file:///dev/stdin.
func value(line call) (string, error) {
	text := line.flag("secret-string")
	switch file, ok := strings.CutPrefix(text, "file://"); {
	case ok && file == "/dev/stdin":
		all, err := io.ReadAll(line.in)
		text = string(all)
		if err != nil {
			return "", err
		}
	case ok:
		all, err := os.ReadFile(file)
		text = string(all)
		if err != nil {
			return "", err
		}
	}
	if !json.Valid([]byte(text)) {
		return "", fmt.Errorf("the keys are not JSON")
	}
	return text, nil
}

func (c *Cloud) createSecret(line call) (any, error) {
	key := line.region + "/" + line.flag("name")
	if len(c.Secrets[key]) > 0 {
		return nil, failure("ResourceExistsException", "CreateSecret", "the secret %s already exists", line.flag("name"))
	}
	text, err := value(line)
	if err != nil {
		return nil, err
	}
	id := c.id()
	c.Secrets[key], c.Values[id] = []string{id}, text
	return map[string]string{"VersionId": id}, nil
}

func (c *Cloud) replicateSecret(line call) (any, error) {
	versions := c.Secrets[line.region+"/"+line.flag("secret-id")]
	if len(versions) == 0 {
		return nil, failure("ResourceNotFoundException", "ReplicateSecretToRegions", "Secrets Manager can't find the specified secret.")
	}
	for _, word := range line.flags["--add-replica-regions"] {
		_, region, _ := strings.Cut(word, "Region=")
		c.Secrets[region+"/"+line.flag("secret-id")] = slices.Clone(versions)
	}
	return map[string]string{}, nil
}

func (c *Cloud) getSecret(line call) (any, error) {
	versions := c.Secrets[line.region+"/"+line.flag("secret-id")]
	i := len(versions) - 1
	if line.flag("version-stage") == "AWSPREVIOUS" {
		i--
	}
	if i < 0 {
		return nil, failure("ResourceNotFoundException", "GetSecretValue", "Secrets Manager can't find the specified secret.")
	}
	return map[string]string{"SecretString": c.Values[versions[i]], "VersionId": versions[i]}, nil
}

// putSecret makes a new current version, in every region: replicas have the versions of the
// primary.
func (c *Cloud) putSecret(line call) (any, error) {
	text, err := value(line)
	if err != nil {
		return nil, err
	}
	if len(c.Secrets[line.region+"/"+line.flag("secret-id")]) == 0 {
		return nil, failure("ResourceNotFoundException", "PutSecretValue", "Secrets Manager can't find the specified secret.")
	}
	id := c.id()
	c.Values[id] = text
	for key := range c.Secrets {
		if _, name, _ := strings.Cut(key, "/"); name == line.flag("secret-id") {
			c.Secrets[key] = append(c.Secrets[key], id)
		}
	}
	return map[string]string{"VersionId": id}, nil
}

func (c *Cloud) describeTable(line call) (any, error) {
	t := c.Tables[line.region+"/"+line.flag("table-name")]
	if t == nil {
		return nil, failure("ResourceNotFoundException", "DescribeTable", "Requested resource not found: Table: %s not found", line.flag("table-name"))
	}
	var replicas []map[string]string
	for _, region := range t.Replicas {
		replicas = append(replicas, map[string]string{"RegionName": region, "ReplicaStatus": "ACTIVE"})
	}
	return map[string]any{"Table": map[string]any{"TableStatus": "ACTIVE", "LatestStreamArn": t.Stream, "Replicas": replicas}}, nil
}

func (c *Cloud) updateTable(line call) (any, error) {
	t := c.Tables[line.region+"/"+line.flag("table-name")]
	var updates []struct{ Delete struct{ RegionName string } }
	if err := json.Unmarshal([]byte(line.flag("replica-updates")), &updates); err != nil || t == nil {
		return nil, says("Error parsing parameter '--replica-updates': %v", err)
	}
	if want := map[bool]int{true: 2, false: 1}[t.Strong]; len(updates) != want {
		return nil, failure("ValidationException", "UpdateTable", "%d replicas must be deleted in one call, not %d", want, len(updates))
	}
	for _, u := range updates {
		key := u.Delete.RegionName + "/" + t.Name
		if c.Tables[key] == nil || c.Tables[key].Protected {
			return nil, failure("ValidationException", "UpdateTable", "the replica in %s cannot be deleted", u.Delete.RegionName)
		}
		delete(c.Tables, key)
		t.Replicas = slices.DeleteFunc(slices.Clone(t.Replicas), func(r string) bool { return r == u.Delete.RegionName })
	}
	c.did(line, t.Name)
	return map[string]string{}, nil
}

func (c *Cloud) deleteTable(line call) (any, error) {
	key := line.region + "/" + line.flag("table-name")
	t := c.Tables[key]
	switch {
	case t == nil:
		return nil, failure("ResourceNotFoundException", "DeleteTable", "Requested resource not found")
	case t.Protected:
		return nil, failure("ValidationException", "DeleteTable", "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	case len(t.Replicas) > 1:
		return nil, failure("ValidationException", "DeleteTable", "the table has replicas")
	}
	c.did(line, t.Name)
	delete(c.Tables, key)
	return map[string]string{}, nil
}

func (c *Cloud) restoreTable(line call) (any, error) {
	if c.Tables[line.region+"/"+line.flag("source-table-name")] == nil {
		return nil, failure("TableNotFoundException", "RestoreTableToPointInTime", "Table not found: %s", line.flag("source-table-name"))
	}
	name := line.flag("target-table-name")
	c.Tables[line.region+"/"+name] = &Table{Region: line.region, Name: name}
	return map[string]string{}, nil
}

func (c *Cloud) headBucket(line call) (any, error) {
	if b := c.Buckets[line.flag("bucket")]; b == nil || b.Region != line.region {
		return nil, failure("404", "HeadBucket", "Not Found")
	}
	return map[string]string{"BucketRegion": line.region}, nil
}

func (c *Cloud) listVersions(line call) (any, error) {
	b := c.Buckets[line.flag("bucket")]
	if b == nil {
		return nil, failure("NoSuchBucket", "ListObjectVersions", "The specified bucket does not exist")
	}
	var versions []map[string]string
	for _, key := range b.Objects {
		versions = append(versions, map[string]string{"Key": key, "VersionId": "1"})
	}
	if len(versions) == 0 {
		return nil, nil // the CLI prints nothing
	}
	return map[string]any{"Versions": versions}, nil
}

func (c *Cloud) deleteObjects(line call) (any, error) {
	c.did(line, line.flag("bucket"))
	c.Buckets[line.flag("bucket")].Objects = nil
	return nil, nil
}

func (c *Cloud) deleteBucket(line call) (any, error) {
	b := c.Buckets[line.flag("bucket")]
	if b == nil {
		return nil, failure("NoSuchBucket", "DeleteBucket", "The specified bucket does not exist")
	}
	if len(b.Objects) > 0 {
		return nil, failure("BucketNotEmpty", "DeleteBucket", "The bucket you tried to delete is not empty")
	}
	c.did(line, b.Name)
	delete(c.Buckets, b.Name)
	return nil, nil
}

func (c *Cloud) createJob(line call) (any, error) {
	token := line.flag("client-request-token")
	if c.Jobs[token] != nil {
		return map[string]string{"JobId": c.Jobs[token].ID}, nil
	}
	var generator struct{ S3JobManifestGenerator struct{ SourceBucket string } }
	if err := json.Unmarshal([]byte(line.flag("manifest-generator")), &generator); err != nil {
		return nil, says("Error parsing parameter '--manifest-generator': %v", err)
	}
	b := c.Buckets[strings.TrimPrefix(generator.S3JobManifestGenerator.SourceBucket, "arn:aws:s3:::")]
	if b == nil || b.Region != line.region || len(b.To) == 0 || line.flag("account-id") != Account || !strings.HasPrefix(line.flag("role-arn"), "arn:aws:iam::") {
		return nil, failure("InvalidRequest", "CreateJob", "the source bucket replicates nowhere, or the role or the region is not valid")
	}
	c.did(line, token)
	c.Jobs[token] = &Job{ID: c.id(), Bucket: b.Name}
	return map[string]string{"JobId": c.Jobs[token].ID}, nil
}

// describeJob finds the job done at the second look.
func (c *Cloud) describeJob(line call) (any, error) {
	for _, job := range c.Jobs {
		if job.ID != line.flag("job-id") {
			continue
		}
		if job.Asked++; job.Asked < 2 {
			return map[string]any{"Job": map[string]any{"Status": "Active"}}, nil
		}
		source := c.Buckets[job.Bucket]
		for _, to := range source.To {
			for _, key := range source.Objects {
				if b := c.Buckets[to]; !slices.Contains(b.Objects, key) {
					b.Objects = append(b.Objects, key)
				}
			}
		}
		return map[string]any{"Job": map[string]any{"Status": "Complete"}}, nil
	}
	return nil, failure("NoSuchJob", "DescribeJob", "no such job")
}

func (c *Cloud) records(line call) (any, error) {
	var sets []map[string]string
	for region := range c.Records {
		sets = append(sets, map[string]string{"Name": c.domain() + ".", "SetIdentifier": region, "HealthCheckId": "check-" + region})
	}
	return map[string]any{"ResourceRecordSets": sets}, nil
}

func (c *Cloud) domain() string {
	for _, s := range c.Stacks {
		return s.Parameters["DomainName"]
	}
	return ""
}

func (c *Cloud) healthCheck(line call) (any, error) {
	path := c.Records[strings.TrimPrefix(line.flag("health-check-id"), "check-")]
	if path == "" {
		return nil, failure("NoSuchHealthCheck", "GetHealthCheck", "no such health check")
	}
	return map[string]any{"HealthCheck": map[string]any{"HealthCheckConfig": map[string]string{"ResourcePath": path}}}, nil
}

func (c *Cloud) updateHealthCheck(line call) (any, error) {
	region := strings.TrimPrefix(line.flag("health-check-id"), "check-")
	if c.Records[region] == "" {
		return nil, failure("NoSuchHealthCheck", "UpdateHealthCheck", "no such health check")
	}
	c.did(line, line.flag("health-check-id"), line.flag("resource-path"))
	c.Records[region] = line.flag("resource-path")
	return map[string]string{}, nil
}

func (c *Cloud) verifyDomain(line call) (any, error) {
	c.Mail = append(c.Mail, line.region+"/"+line.flag("email-identity"))
	return map[string]any{"DkimAttributes": map[string]any{"Tokens": []string{"a", "b", "c"}}}, nil
}

func (c *Cloud) suppress(line call) (any, error) {
	if got := line.flags["--suppressed-reasons"]; !slices.Equal(got, []string{"BOUNCE", "COMPLAINT"}) {
		return nil, failure("BadRequestException", "PutAccountSuppressionAttributes", "reasons %q", got)
	}
	return map[string]string{}, nil
}
