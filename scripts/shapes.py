"""Checks the template as CloudFormation gets it: translated by the SAM CLI's own translator, rules and conditions decided, for every region of
every kind of deployment. Run by `make shapes` with the SAM CLI's Python: it prints one line a stack, writes docs/QUOTAS.md, and ends at the
first thing that is wrong.
"""
import copy
import functools
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
NO_VALUE = object()


@functools.lru_cache
def source():
    """template.yaml as it is written; nobody changes it."""
    with open("template.yaml", encoding="utf-8") as f:
        return yaml_parse(f.read())


@functools.lru_cache
def translated(parameters):
    template = copy.deepcopy(source())
    values = {name: str(p.get("Default", "")) for name, p in template["Parameters"].items()} | dict(parameters)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://artifacts/function.zip"
    out = Translator({}, Parser(), boto_session=boto3.Session()).translate(template, dict(values))
    return out, values


class Shape:
    """A stack: the template with its conditions decided for one region. References stay as text that names what they refer to."""

    def __init__(self, parameters, region):
        self.template, values = translated(tuple(sorted(parameters.items())))
        self.values = values | {
            "AWS::Region": region, "AWS::AccountId": "000000000000", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "lyceum",
        }
        self.broken = [
            a["AssertDescription"]
            for rule in self.template.get("Rules", {}).values()
            if self.holds(rule["RuleCondition"])
            for a in rule["Assertions"]
            if not self.holds(a["Assert"])
        ]
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
        if name == "Fn::Contains":
            texts = self.resolve(arg[0])
            return self.resolve(arg[1]) in (texts.split(",") if isinstance(texts, str) else texts)
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
            resource, attribute = arg.split(".", 1) if isinstance(arg, str) else arg
            if self.template["Resources"][resource]["Type"] == "AWS::SSM::Parameter" and attribute == "Value":
                return self.resolve(self.template["Resources"][resource]["Properties"]["Value"])
            return f"<{resource}.{attribute}>"
        if name == "Fn::Select":
            return self.resolve(arg[1])[int(arg[0])]
        if name == "Fn::Split":
            return self.resolve(arg[1]).split(arg[0])
        if name == "Fn::Join":
            parts = self.resolve(arg[1])
            return parts.replace(",", arg[0]) if isinstance(parts, str) else arg[0].join(map(str, parts))
        if name == "Fn::Sub":
            text, local = (arg, {}) if isinstance(arg, str) else (arg[0], self.resolve(arg[1]))
            for key, value in {**self.values, **local}.items():
                text = text.replace("${" + key + "}", str(value))
            return text
        return {name: r for r in (self.resolve(arg),) if r is not NO_VALUE}

    def of(self, kind):
        return {n: r["Properties"] for n, r in self.resources.items() if r["Type"] == kind}


DOMAIN = {
    "DomainName": "api.example.org", "HostedZoneId": "Z1", "AlarmEmail": "ops@example.org",
    "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a",
}
PROD = {
    "Environment": "prod", "AllowedOrigins": "https://example.org", "LinkBaseUrl": "https://example.org", "MailFrom": "no-reply@example.org",
    "ApiBaseUrl": "https://api.example.org", "DeletionProtection": "true",
}
KEY = {"KeyArn": "arn:aws:kms:us-east-1:000000000000:key/a", "KeysVersion": "00000000-0000-0000-0000-000000000000"}
FIVE = "us-east-1,eu-west-1,ap-northeast-1,sa-east-1,ap-south-1"


def several(mode, regions, buckets=None, **more):
    """The parameters of an environment of several regions. LearningStreamArn and IdentityStreamArn are looked up by deploy."""
    streams = {t + "StreamArn": f"arn:aws:dynamodb:eu-west-1:000000000000:table/{t}/stream/1" for t in ("Learning", "Identity")}
    return PROD | streams | {"IdentityConsistency": mode, "Regions": regions, "BucketRegions": regions if buckets is None else buckets} | more


SHAPES = {
    "one region, as `sam deploy` makes it": {},
    "one region in production": PROD | DOMAIN | KEY,
    "one region, no domain, no mail": PROD,
    "home, two regions, first pass": several("home", "us-east-1,eu-west-1", "", DeletionProtection="false"),
    "home, two regions": several("home", "us-east-1,eu-west-1", **DOMAIN),
    "home, three regions, first pass": several("home", "us-east-1,eu-west-1,ap-northeast-1", "", DeletionProtection="false", **DOMAIN),
    "home, three regions": several("home", "us-east-1,eu-west-1,ap-northeast-1", **DOMAIN, **KEY),
    "home, the primary lost": several("home", "us-east-1,eu-west-1,ap-northeast-1", IdentityHome="eu-west-1", **DOMAIN),
    "home, a fourth region comes": several("home", FIVE.rsplit(",", 1)[0], "us-east-1,eu-west-1,ap-northeast-1", InDns="false", **DOMAIN),
    "home, five regions": several("home", FIVE, **DOMAIN, **KEY),
    "home, behind a proxy": several("home", "us-east-1,eu-west-1", DefaultEndpoint="off", ProxySecret="s" * 128, **DOMAIN, **KEY),
    "home, five regions, no domain, no mail": several("home", FIVE),
    "strong, US, first pass": several("strong", "us-east-1,us-east-2,us-west-2", "", DeletionProtection="false", **DOMAIN),
    "strong, US": several("strong", "us-east-1,us-east-2,us-west-2", **DOMAIN, **KEY),
    "strong, EU": several("strong", "eu-west-1,eu-west-3,eu-central-1", **DOMAIN),
    "strong, AP, no domain": several("strong", "ap-northeast-1,ap-northeast-2,ap-northeast-3"),
}


def check(label, parameters, region):
    shape = Shape(parameters, region)

    def want(rule, ok, what=""):
        if not ok:
            sys.exit(f"{label}, {region}: {rule}: {what}")

    want("no rule refuses it", not shape.broken, shape.broken)
    env, regions = shape.values["Environment"], (shape.values["Regions"] or region).split(",")
    protected, buckets = shape.values["DeletionProtection"] == "true", shape.values["BucketRegions"].split(",")
    tables = shape.of("AWS::DynamoDB::GlobalTable")
    want("global tables are made in the primary region alone", bool(tables) == (region == regions[0]), sorted(tables))
    for name, t in tables.items():
        want("a table has a replica in every region", [r["Region"] for r in t["Replicas"]] == regions, name)
        want("a table is encrypted with the key that AWS owns, which costs nothing", "SSESpecification" not in t, name)
        for r in t["Replicas"]:
            want("a replica can be restored", r["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name)
            want("a replica is protected where it is asked for", r["DeletionProtectionEnabled"] == protected, name)
        strong = shape.values["IdentityConsistency"] == "strong" and name == "IdentityTable"
        want("the identity table alone is strongly consistent, where it is asked for", t.get("MultiRegionConsistency", "EVENTUAL") == ("STRONG" if strong else "EVENTUAL"), name)
        want("a table survives its stack", shape.resources[name]["DeletionPolicy"].startswith("Retain"), name)
    (limits,) = shape.of("AWS::DynamoDB::Table").values()
    want("the limits table is regional and protected", limits["DeletionProtectionEnabled"] == protected and "SSESpecification" not in limits)
    functions = shape.of("AWS::Lambda::Function")
    home = {f["Environment"]["Variables"]["IDENTITY_HOME"] for f in functions.values()}
    decides = (shape.values["IdentityHome"] or regions[0]) if shape.values["IdentityConsistency"] == "home" else ""
    want("every region knows the one that decides", home == {decides}, home)
    for key in ("IDENTITY_TABLE", "LEARNING_TABLE", "EPHEMERAL_TABLE"):
        names = {f["Environment"]["Variables"][key] for f in functions.values()}
        want("every region and function has the same table names", names == {f"lyceum-{env}-{key.split('_')[0].lower()}"}, (key, names))
    want("a key encrypts every function's environment where it is given", {f.get("KmsKeyArn", "") for f in functions.values()} == {shape.values["KeyArn"]})
    documents = [d["PolicyDocument"] for role in shape.of("AWS::IAM::Role").values() for d in role.get("Policies", [])]
    documents += [p["PolicyDocument"] for p in shape.of("AWS::IAM::ManagedPolicy").values()]
    for s in (s for d in documents for s in d["Statement"]):
        actions, resources = ([x] if isinstance(x, str) else x for x in (s["Action"], s["Resource"]))
        want("no wildcard in actions", not any("*" in a for a in actions), actions)
        want("no resource is everything", not any(r in ("*", "arn:aws:s3:::*") for r in resources), resources)
    for name, b in shape.of("AWS::S3::Bucket").items():
        want("a bucket is private and encrypted", all(b["PublicAccessBlockConfiguration"].values()) and b["BucketEncryption"], name)
        want("a bucket of content or uploads is versioned", name not in ("ContentBucket", "UploadsBucket") or b["VersioningConfiguration"]["Status"] == "Enabled", name)
        to = [r["Destination"]["Bucket"].split("000000000000-")[1] for r in b.get("ReplicationConfiguration", {}).get("Rules", [])]
        copied = [r for r in buckets if r not in ("", region)] if name in ("ContentBucket", "UploadsBucket") else []
        want("content and uploads alone are copied, to every other region that has a bucket", to == copied, (name, to))
    for name, g in shape.of("AWS::Logs::LogGroup").items():
        want("logs end", int(g["RetentionInDays"]) > 0, name)
    records = shape.of("AWS::Route53::RecordSet")
    want("the domain leads here where it should", ("Address" in records) == bool(shape.values["DomainName"] and shape.values["InDns"] == "true"), sorted(records))
    want("no name is promised IPv6, which the API does not have", all(r["Type"] == "A" for r in records.values()), sorted(records))
    return shape


REFUSED = {
    "IdentityConsistency=single takes no Regions": {"Regions": "us-east-1,eu-west-1"},
    "IdentityConsistency home and strong need Regions": {"IdentityConsistency": "home"},
    "IdentityConsistency=strong needs exactly three Regions of one set": several("strong", "us-east-1,us-east-2"),
    "strong needs exactly three Regions of one set": several("strong", "us-east-1,us-east-2,eu-west-1"),
    "IdentityHome means something with": {"IdentityHome": "us-east-1"},
    "DomainName needs HostedZoneId": DOMAIN | {"HostedZoneId": ""},
    "DomainName needs CertificateArn": {k: v for k, v in DOMAIN.items() if k != "CertificateArn"},
    "DefaultEndpoint=off needs DomainName": {"DefaultEndpoint": "off"},
    "prod needs AllowedOrigins": PROD | {"AllowedOrigins": "https://example.org,http://localhost:5173"},
    "prod needs LinkBaseUrl": {k: v for k, v in PROD.items() if k != "LinkBaseUrl"},
    "prod needs MailFrom": {k: v for k, v in PROD.items() if k != "MailFrom"},
    "prod needs DomainName or ApiBaseUrl": {k: v for k, v in PROD.items() if k != "ApiBaseUrl"},
}


def main():
    import alarms
    import parameters
    import quotas

    most = {}
    for label, values in SHAPES.items():
        for region in (values.get("Regions") or "eu-west-1").split(","):
            shape = check(label, values, region)
            used = quotas.check(f"{label}, {region}", shape)
            for name, n in used.items():
                most[name] = max(most.get(name, 0), n)
            print(f"{label}, {region}: {len(shape.resources)} resources of {used['resources declared']}, {len(shape.of('AWS::CloudWatch::Alarm'))} alarms")
    for says, values in REFUSED.items():
        broken = Shape(values, "us-east-1").broken
        if len(broken) != 1 or says not in broken[0]:
            sys.exit(f"{values} should be refused by: {says}, and is by {broken}")
    print(f"{len(REFUSED)} wrong sets of parameters are refused, each by its own rule")
    parameters.check()
    alarms.check(Shape(SHAPES["home, five regions"], "us-east-1"))
    quotas.write(most)


if __name__ == "__main__":
    main()
