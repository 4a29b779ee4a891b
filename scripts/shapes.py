"""Checks the template as CloudFormation gets it: translated by the SAM CLI's own translator, conditions decided, for the primary's and for a
replica's stack of each identity mode. Run by `make sam` with the SAM CLI's Python; it prints one line a shape and fails at the first rule broken.
"""
import json
import logging
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

logging.disable(logging.CRITICAL)
LIMIT = 500  # resources of a CloudFormation template
NO_VALUE = object()


def translate(parameters):
    with open("template.yaml", encoding="utf-8") as f:
        template = yaml_parse(f.read())
    values = {name: str(p.get("Default", "")) for name, p in template["Parameters"].items()} | parameters
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://artifacts/function.zip"
    out = Translator({}, Parser(), boto_session=boto3.Session()).translate(template, dict(values))
    return out, values


class Shape:
    """A template with its conditions decided for one region; references stay as text that names what they refer to."""

    def __init__(self, parameters, region):
        self.template, self.values = translate(parameters)
        self.values |= {"AWS::Region": region, "AWS::AccountId": "000000000000", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
        self.resources = {
            name: {"Type": r["Type"], "Properties": self.resolve(r.get("Properties", {})), **{k: r[k] for k in ("DeletionPolicy",) if k in r}}
            for name, r in self.template["Resources"].items()
            if "Condition" not in r or self.holds(self.template["Conditions"][r["Condition"]])
        }

    def holds(self, c):
        ((name, arg),) = c.items()
        if name == "Condition":
            return self.holds(self.template["Conditions"][arg])
        if name == "Fn::Equals":
            return self.resolve(arg[0]) == self.resolve(arg[1])
        decided = [self.holds(a) for a in arg]
        return {"Fn::Not": not decided[0], "Fn::And": all(decided), "Fn::Or": any(decided)}[name]

    def resolve(self, v):
        if isinstance(v, list):
            return [r for r in map(self.resolve, v) if r is not NO_VALUE]
        if not isinstance(v, dict):
            return v
        if len(v) != 1:
            return {k: r for k, r in ((k, self.resolve(x)) for k, x in v.items()) if r is not NO_VALUE}
        ((name, arg),) = v.items()
        if name == "Ref":
            return NO_VALUE if arg == "AWS::NoValue" else self.values.get(arg, "<" + arg + ">")
        if name == "Fn::If":
            return self.resolve(arg[1] if self.holds(self.template["Conditions"][arg[0]]) else arg[2])
        if name == "Fn::GetAtt":
            return "<" + (arg if isinstance(arg, str) else ".".join(arg)) + ">"
        if name == "Fn::Select":
            return self.resolve(arg[1])[int(arg[0])]
        if name == "Fn::Split":
            return self.resolve(arg[1]).split(arg[0])
        if name == "Fn::Join":
            return arg[0].join(map(str, self.resolve(arg[1])))
        if name == "Fn::Sub":
            text, local = (arg, {}) if isinstance(arg, str) else (arg[0], self.resolve(arg[1]))
            for key, value in {**self.values, **local}.items():
                text = text.replace("${" + key + "}", str(value))
            return text
        return {name: r for r in (self.resolve(arg),) if r is not NO_VALUE}

    def of(self, kind):
        return {n: r["Properties"] for n, r in self.resources.items() if r["Type"] == kind}


def check(label, parameters, region, primary):
    shape = Shape(parameters, region)

    def want(rule, ok, what=""):
        if not ok:
            sys.exit(f"{label}, {region}: {rule}: {what}")

    tables = shape.of("AWS::DynamoDB::GlobalTable")
    env, regions = parameters["Environment"], parameters["Regions"].split(",")
    protected = parameters.get("DeletionProtection") == "true"
    want("global tables are made in the primary region alone", bool(tables) == primary, sorted(tables))
    for name, t in tables.items():
        want("a table has a replica in every region", [r["Region"] for r in t["Replicas"]] == regions, name)
        want("a table is encrypted with the key that AWS owns, which costs nothing", "SSESpecification" not in t, name)
        for r in t["Replicas"]:
            want("a replica can be restored", r["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name)
            want("a replica is protected where it is asked for", r["DeletionProtectionEnabled"] == protected, name)
        strong = parameters["IdentityConsistency"] == "strong" and name == "IdentityTable"
        want("the identity table alone is strongly consistent, where it is asked for", t.get("MultiRegionConsistency", "EVENTUAL") == ("STRONG" if strong else "EVENTUAL"), name)
        want("a table survives its stack", shape.resources[name]["DeletionPolicy"].startswith("Retain"), name)
    (limits,) = shape.of("AWS::DynamoDB::Table").values()
    want("the limits table is regional and protected", limits["DeletionProtectionEnabled"] == protected and "SSESpecification" not in limits)
    variables = {k: {f["Environment"]["Variables"][k] for f in shape.of("AWS::Lambda::Function").values()} for k in ("IDENTITY_TABLE", "LEARNING_TABLE", "EPHEMERAL_TABLE")}
    for key, names in variables.items():
        want("every region and function has the same table names", names == {f"lyceum-{env}-{key.split('_')[0].lower()}"}, (key, names))
    for name, role in shape.of("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for s in policy["PolicyDocument"]["Statement"]:
                actions, resources = ([x] if isinstance(x, str) else x for x in (s["Action"], s["Resource"]))
                want("no wildcard in actions", not any("*" in a for a in actions), (name, actions))
                want("no resource is everything", not any(r in ("*", "arn:aws:s3:::*") for r in resources), (name, resources))
    for name, b in shape.of("AWS::S3::Bucket").items():
        want("a bucket is private, encrypted and versioned", all(b["PublicAccessBlockConfiguration"].values()) and b["BucketEncryption"] and b["VersioningConfiguration"]["Status"] == "Enabled", name)
        rules = b.get("ReplicationConfiguration", {}).get("Rules", [])
        want("a bucket is replicated to every other region", len(rules) == len(parameters.get("BucketRegions", "").split(",")) - 1, (name, len(rules)))
    for name, g in shape.of("AWS::Logs::LogGroup").items():
        want("logs end", int(g["RetentionInDays"]) > 0, name)
    alarms = shape.of("AWS::CloudWatch::Alarm")
    metrics = alarms["ReplicationAlarm"]["Metrics"][1:] if len(regions) > 1 else []
    receivers = [d["Value"] for m in metrics for d in m["MetricStat"]["Metric"]["Dimensions"] if d["Name"] == "ReceivingRegion"]
    want("the alarm on replication looks at each other region", receivers == [r for r in regions if r != region], receivers)
    want("every alarm tells somebody", all(a["AlarmActions"] for a in alarms.values()))
    want(f"at most {LIMIT} resources", len(shape.resources) <= LIMIT, len(shape.resources))
    size = len(json.dumps(shape.template, default=str))
    want("at most 1 MB", size < 1_000_000, size)
    print(f"{label}, {'primary' if primary else 'replica'} {region}: {len(shape.resources)} resources, {len(alarms)} alarms, {size // 1024} KiB")


def main():
    domain = {"DomainName": "api.example.org", "HostedZoneId": "Z1", "AlarmEmail": "ops@example.org"}
    for label, parameters in {
        "single": {"Environment": "dev", "Regions": "eu-west-1", "IdentityConsistency": "single"},
        "strong": {"Environment": "prod", "Regions": "us-east-1,us-east-2,us-west-2", "IdentityConsistency": "strong", "DeletionProtection": "true"} | domain,
        "home": {"Environment": "prod", "Regions": "us-east-1,eu-west-1,ap-northeast-1", "IdentityConsistency": "home"} | domain,
    }.items():
        regions = parameters["Regions"].split(",")
        if len(regions) > 1:
            parameters["BucketRegions"] = parameters["Regions"]
        for region in regions[:2]:
            check(label, parameters, region, region == regions[0])


if __name__ == "__main__":
    main()
