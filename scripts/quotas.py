"""What AWS bounds that a template can break, counted in a translated stack. Used by shapes.py."""
import json
import sys

ED25519 = {"kty": "OKP", "crv": "Ed25519", "kid": "k" * 43, "alg": "EdDSA", "use": "sig", "x": "x" * 43}
SECRETS = {  # the longest that `go run ./cmd/keys` makes: rings of four keys
    "signing": json.dumps({"keys": [ED25519 | {"d": "d" * 43}] * 4}, separators=(",", ":")),
    "verifying": json.dumps({"keys": [ED25519] * 4}, separators=(",", ":")),
    "cursor": "c" * 43, "refresh": "r" * 43, "links": "l" * 43,
}

CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
DYNAMIC = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html"
API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"
LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
SSM = "https://docs.aws.amazon.com/general/latest/gr/ssm.html"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
ALARMS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"
DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"

LIMITS = {  # what is counted: the most that AWS takes, the most that we let it become, the page
    "resources declared": (500, None, CFN),
    "bytes of the template": (1_000_000, None, CFN),
    "parameters": (200, None, CFN),
    "outputs": (200, None, CFN),
    "dynamic references": (60, 20, DYNAMIC),
    "routes": (300, None, API),
    "integrations": (300, None, API),
    "bytes of the access log's format": (3 * 1024, None, API),
    "bytes of a function's environment": (4096, None, LAMBDA),
    "characters of a role's inline policies": (10_240, None, IAM),
    "characters of a managed policy": (6144, None, IAM),
    "characters of a trust policy": (2048, None, IAM),
    "managed policies of a role": (10, None, IAM),
    "roles of an account, five regions": (1000, None, IAM),
    "bytes of a parameter in Parameter Store": (4096, None, SSM),
    "characters of an event pattern": (2048, None, EVENTS),
    "metrics of an alarm": (10, None, ALARMS),
    "metric filters of a log group": (100, None, LOGS),
    "indexes of a table": (20, None, DYNAMODB),
}


def texts(v):
    if isinstance(v, dict):
        return [t for x in v.values() for t in texts(x)]
    return [t for x in v for t in texts(x)] if isinstance(v, list) else [v] if isinstance(v, str) else []


def filled(text):
    """A value as it is after CloudFormation put secrets in."""
    if "{{resolve:" in str(text):
        key = text.split(":SecretString:")[1].split(":")[0].rstrip("}")
        return SECRETS[key]
    return str(text)


def packed(document):
    """IAM counts policies without white space."""
    return len(json.dumps(document, separators=(",", ":")))


def count(shape):
    template, every = shape.template, shape.resources.values()
    roles, functions = shape.of("AWS::IAM::Role").values(), shape.of("AWS::Lambda::Function").values()
    (api,) = shape.of("AWS::ApiGatewayV2::Api").values()
    (stage,) = shape.of("AWS::ApiGatewayV2::Stage").values()
    methods = [m for path in api["Body"]["paths"].values() for m in path.values()]
    return {
        "resources declared": len(template["Resources"]),
        "bytes of the template": len(json.dumps(template, default=str)),
        "parameters": len(template["Parameters"]),
        "outputs": len(template["Outputs"]),
        "dynamic references": sum(t.count("{{resolve:") for t in texts(template)),
        "routes": len(methods),
        "integrations": sum("x-amazon-apigateway-integration" in m for m in methods),
        "bytes of the access log's format": len(stage["AccessLogSettings"]["Format"]),
        "bytes of a function's environment": max(sum(len(k) + len(filled(v)) for k, v in f["Environment"]["Variables"].items()) for f in functions),
        "characters of a role's inline policies": max(sum(packed(p["PolicyDocument"]) for p in r.get("Policies", [])) for r in roles),
        "characters of a managed policy": max(packed(p["PolicyDocument"]) for p in shape.of("AWS::IAM::ManagedPolicy").values()),
        "characters of a trust policy": max(packed(r["AssumeRolePolicyDocument"]) for r in roles),
        "managed policies of a role": max(len(r.get("ManagedPolicyArns", [])) for r in roles),
        "roles of an account, five regions": 5 * len(roles),
        "bytes of a parameter in Parameter Store": max(len(filled(p["Value"])) for p in shape.of("AWS::SSM::Parameter").values()),
        "characters of an event pattern": max(packed(r["EventPattern"]) for r in shape.of("AWS::Events::Rule").values()),
        "metrics of an alarm": max(len(a.get("Metrics", [0])) for a in shape.of("AWS::CloudWatch::Alarm").values()),
        "metric filters of a log group": len(shape.of("AWS::Logs::MetricFilter")),
        "indexes of a table": max([len(r["Properties"].get("GlobalSecondaryIndexes", [])) for r in every if r["Type"].startswith("AWS::DynamoDB::")]),
    }


def check(label, shape):
    used = count(shape)
    for name, n in used.items():
        aws, ours, page = LIMITS[name]
        if n > (ours or aws):
            sys.exit(f"{label}: {n} {name}, at most {ours or aws} ({page})")
    functions, consumers = len(shape.of("AWS::Lambda::Function")), len(shape.of("AWS::Lambda::EventInvokeConfig"))
    if used["resources declared"] > 60 + 3 * functions + 2 * consumers:  # function, role, permission; a consumer's rule and what becomes of failures
        sys.exit(f"{label}: {used['resources declared']} resources are declared for {functions} functions, {consumers} of them consumers: more than 60, three for each and two for each consumer")
    for kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::CodeDeploy::Application"):
        if shape.of(kind):
            sys.exit(f"{label}: there is an {kind}, which changed parameters do not reach (serverless-application-model#3820)")
    return used


def write(most):
    """docs/QUOTAS.md, from the most that any stack has."""
    room = (LIMITS["resources declared"][0] - most["resources declared"]) // 3
    lines = [
        "# What AWS bounds", "", "Written by `make shapes`, which counts all of this in the translated template of every kind of deployment and fails",
        "beyond a limit. Secrets count as long as they can become: rings of four keys.", "",
        f"A further use case behind a route takes three resources, so {room} more fit into the stack.", "", "| what | most here | limit | page |", "|---|---|---|---|",
    ]
    for name, (aws, ours, page) in LIMITS.items():
        lines.append(f"| {name} | {most[name]:,} | {aws:,}{f', ours {ours}' if ours else ''} | {page} |")
    with open("docs/QUOTAS.md", "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    print(f"docs/QUOTAS.md: {most['resources declared']} resources declared, {most['dynamic references']} dynamic references, room for {room} more use cases")
