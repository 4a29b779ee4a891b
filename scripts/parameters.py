"""Changes one parameter at a time and looks whether it arrives: every function whose block, or what it refers to, reads the parameter must run
with something else, and every other parameter must change a resource. Used by shapes.py.
"""
import sys

from shapes import DOMAIN, KEY, PROD, Shape, several, source

BASE = several("home", "us-east-1,us-east-2,us-west-2", **KEY)
OTHER = {
    "Environment": "staging", "Architecture": "x86_64", "AllowedOrigins": "https://other.example", "Regions": "us-east-1,us-east-2,us-west-2,eu-west-1",
    "IdentityConsistency": "strong", "IdentityHome": "us-east-2", "DeletionProtection": "false", "BucketRegions": "us-east-1,us-east-2", "InDns": "false",
    "LearningStreamArn": "arn:aws:dynamodb:us-east-2:000000000000:table/a/stream/2", "IdentityStreamArn": "arn:aws:dynamodb:us-east-2:000000000000:table/a/stream/2",
    "KeysVersion": "00000000-0000-0000-0000-000000000001", "KeyArn": "arn:aws:kms:us-east-1:000000000000:key/b", "UploadMaxBytes": "1", "UploadFormSeconds": "1",
    "MultipartMaxBytes": "1", "UploadQuotaBytes": "1", "UploadQuotaFiles": "1", "SessionDays": "1", "AuditDays": "1", "SecurityContact": "mailto:security@other.example", "LinkBaseUrl": "https://other.example", "MailFrom": "other@other.example",
    "ApiBaseUrl": "https://other.example", "Version": "other", "LogLevel": "debug", "LogRetentionDays": "7", "Tracing": "Active", "RequestsPerSecond": "1",
    "ProxySecret": "0123456789abcdef0123456789abcdef", "DefaultEndpoint": "off", "AlarmEmail": "other@other.example", "DomainName": "other.example.org", "HostedZoneId": "Z2", "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/b",
}
WITH_DOMAIN = {"InDns", "DefaultEndpoint", "DomainName", "HostedZoneId", "CertificateArn", "AlarmEmail"}
RUNS_WITH = ("Environment", "Architectures", "KmsKeyArn", "TracingConfig", "MemorySize", "Timeout")


def refers(template, v, seen):
    """The names of all parameters that v reads, also through conditions and through resources whose values it takes."""
    if isinstance(v, list):
        return set().union(*(refers(template, x, seen) for x in v)) if v else set()
    if not isinstance(v, dict):
        return set()
    found = set()
    for name, arg in v.items():
        names = []
        if name == "Ref":
            names = [arg]
        elif name == "Fn::GetAtt":
            names = [arg.split(".")[0] if isinstance(arg, str) else arg[0]]
        elif name == "Fn::Sub":
            text = arg if isinstance(arg, str) else arg[0]
            names = [part.split("}")[0].split(".")[0] for part in text.split("${")[1:]]
        elif name == "Fn::If":
            found |= refers(template, template["Conditions"][arg[0]], seen)
        elif name == "Condition" and isinstance(arg, str):
            found |= refers(template, template["Conditions"][arg], seen)
        for n in names:
            if n in template["Parameters"]:
                found.add(n)
            elif template["Resources"].get(n, {}).get("Type") == "AWS::SSM::Parameter" and n not in seen:
                found |= refers(template, template["Resources"][n]["Properties"]["Value"], seen | {n})
        found |= refers(template, arg, seen)
    return found


def check():
    template = source()
    if set(OTHER) != set(template["Parameters"]):
        sys.exit(f"parameters.py has no other value for, or knows too many of: {sorted(set(OTHER) ^ set(template['Parameters']))}")
    shared = template["Globals"]["Function"]
    readers = {
        name: refers(template, {k: r["Properties"].get(k) for k in RUNS_WITH} | {"Tracing": shared["Tracing"]}, set()) | refers(template, {k: v for k, v in shared.items() if k != "LoggingConfig"}, set())
        for name, r in template["Resources"].items()
        if r["Type"] == "AWS::Serverless::Function"
    }
    arrived = 0
    for parameter, other in OTHER.items():
        base = BASE | (DOMAIN if parameter in WITH_DOMAIN else {})
        if parameter.endswith("StreamArn"):
            region = "us-east-2"  # the primary's pipes read its own tables
        else:
            region = "us-east-1"
        before, after = Shape(base, region), Shape(base | {parameter: other}, region)
        functions = [before.of("AWS::Lambda::Function"), after.of("AWS::Lambda::Function")]
        for name, reads in readers.items():
            runs = [{k: f[name].get(k) for k in RUNS_WITH} for f in functions]
            if parameter in reads and runs[0] == runs[1]:
                sys.exit(f"{parameter}: {name} reads it and runs with the same as before")
            arrived += parameter in reads
        if before.resources == after.resources:
            sys.exit(f"{parameter}: no resource changes with it")
    both = PROD | {"KeysVersion": "1"}
    if Shape(both, "eu-west-1").resources == Shape(both | {"KeysVersion": "2"}, "eu-west-1").resources:
        sys.exit("a rotated key does not arrive")
    print(f"{len(OTHER)} parameters, each changed alone: {arrived} functions run with something else, and every parameter changes a resource")
