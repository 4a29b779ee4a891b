"""What a month costs in which nobody uses an environment: counted in the template as CloudFormation gets it (scripts/shapes.py), with the prices
below, into docs/COSTS.md. `make idle` runs it. Rounded up where AWS's pages leave room; of what is free,
only an account's three dashboards count.
"""
import re
import sys

from shapes import Shape

PRICES_OF = "us-east-1, as public pages gave them on 2026-12-01"
SECONDS = 730 * 3600  # a month
# name: dollars, unit, page
PRICES = {
    "zone": (0.50, "hosted zone", "https://aws.amazon.com/route53/pricing/"),
    "check": (0.50, "health check of an AWS endpoint", "https://aws.amazon.com/route53/pricing/"),
    "option": (1.00, "option of a health check: HTTPS, an interval of 10 s", "https://aws.amazon.com/route53/pricing/"),
    "alarm": (0.10, "metric of an alarm", "https://aws.amazon.com/cloudwatch/pricing/"),
    "metric": (0.30, "metric of our own", "https://aws.amazon.com/cloudwatch/pricing/"),
    "dashboard": (3.00, "dashboard", "https://aws.amazon.com/cloudwatch/pricing/"),
    "logs": (0.50, "GB of log lines", "https://aws.amazon.com/cloudwatch/pricing/"),
    "secret": (0.40, "secret, replicas too", "https://aws.amazon.com/secrets-manager/pricing/"),
    "api": (1.00e-6, "request to an HTTP API", "https://aws.amazon.com/api-gateway/pricing/"),
    "call": (0.20e-6, "start of a function", "https://aws.amazon.com/lambda/pricing/"),
    "second": (0.0000133334, "GB-second of a function on arm64", "https://aws.amazon.com/lambda/pricing/"),
    "read": (0.125e-6, "read unit of DynamoDB", "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    "head": (0.0004e-3, "HEAD of S3", "https://aws.amazon.com/s3/pricing/"),
}
FREE_DASHBOARDS = 3  # of an account
CHECKER_REGIONS = 8  # of Route 53; all of them together ask about every 2 s at an interval of 30 s
BYTES = 2000  # of all log lines of one request of a health check: ours, Lambda's three, the access log's
MILLISECONDS = 20
READS, HEADS = 4, 2  # of one deep health check (docs/ARCHITECTURE.md, table of calls)


def bill(regions, domain):
    """Lines of a bill: what, how many, dollars."""
    parameters = {"Environment": "prod", "Regions": ",".join(regions) if len(regions) > 1 else "", "IdentityConsistency": "home" if len(regions) > 1 else "single"}
    if len(regions) > 1:
        parameters["BucketRegions"] = parameters["Regions"]
    if domain:
        parameters |= {"DomainName": "api.example.org", "HostedZoneId": "Z1", "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1"}
    lines, dashboards = {}, 0

    def add(what, count, *prices):
        known, cost = lines.get(what, (0, 0))
        lines[what] = (known + count, cost + sum(count * times * PRICES[name][0] for name, times in prices))

    for region in regions:
        shape = Shape(parameters, region)
        add("keys in Secrets Manager", 1, ("secret", 1))
        for alarm in shape.of("AWS::CloudWatch::Alarm").values():
            add("metrics that alarms watch", sum("MetricStat" in m for m in alarm.get("Metrics", [])) or 1, ("alarm", 1))
        dashboards += len(shape.of("AWS::CloudWatch::Dashboard"))
        for check in shape.of("AWS::Route53::HealthCheck").values():
            config = check["HealthCheckConfig"]
            options = (config["Type"] == "HTTPS") + (int(config["RequestInterval"]) == 10)
            add("health checks", 1, ("check", 1), ("option", options))
            asked = SECONDS / 2 * 30 / int(config["RequestInterval"]) * len(config.get("Regions", range(CHECKER_REGIONS))) / CHECKER_REGIONS
            functions = shape.of("AWS::Lambda::Function")
            gigabytes = next(f["MemorySize"] for name, f in functions.items() if name.startswith("DeepHealth")) / 1024
            add("requests of health checks", round(asked), ("api", 1), ("call", 1), ("second", gigabytes * MILLISECONDS / 1000), ("read", READS), ("head", HEADS))
            add("GB of their log lines", asked * BYTES / 1e9, ("logs", 1))
            with open("shared/platform/metrics.go", encoding="utf-8") as f:
                ours = re.search(r'"request":\s*\{(.*)\},\n', f.read()).group(1).count("{")
            add("metrics of our own", ours + len(shape.of("AWS::Logs::MetricFilter")), ("metric", 1))
    add("dashboards that are not free", max(0, dashboards - FREE_DASHBOARDS), ("dashboard", 1))
    if domain:
        add("hosted zones", 1, ("zone", 1))
    return lines


def table():
    one, three = bill(["us-east-1"], False), bill(["us-east-1", "eu-west-1", "ap-northeast-1"], True)
    text = "| an idle month | one region: how many | dollars | three regions with domain: how many | dollars |\n|---|---|---|---|---|\n"
    number = lambda n: f"{n:,.1f}" if isinstance(n, float) else f"{n:,}"
    for what in three:
        cells = [(number(n), f"{cost:.2f}") for n, cost in (one.get(what, (0, 0.0)), three[what])]
        text += f"| {what} | {cells[0][0]} | {cells[0][1]} | {cells[1][0]} | {cells[1][1]} |\n"
    sums = [sum(cost for _, cost in lines.values()) for lines in (one, three)]
    text += f"| **sum** | | **{sums[0]:.2f}** | | **{sums[1]:.2f}** |\n\n"
    text += f"Prices of {PRICES_OF}, in dollars:\n\n| one | dollars |\n|---|---|\n"
    for dollars, unit, page in PRICES.values():
        text += f"| [{unit}]({page}) | {dollars:.10f}".rstrip("0").rstrip(".") + " |\n"
    return text, sums[1]


def main():
    text, three = table()
    with open("docs/COSTS.md", encoding="utf-8") as f:
        page = f.read()
    before, rest = page.split("<!-- idle -->\n")
    _, after = rest.split("<!-- /idle -->\n")
    print(text)
    if three >= 30:
        sys.exit("three idle regions with a domain cost 30 dollars or more")
    with open("docs/COSTS.md", "w", encoding="utf-8") as f:
        f.write(before + "<!-- idle -->\n" + text + "<!-- /idle -->\n" + after)


if __name__ == "__main__":
    main()
