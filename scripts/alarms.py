"""Holds every alarm to a metric that AWS documents, and fires it once. Used by shapes.py."""
import os
import sys

import boto3
from botocore.validate import ParamValidator

PAGES = {  # (namespace, metric): the dimensions, and the page that says that the service sends it
    ("AWS/ApiGateway", "5xx"): ({"ApiId"}, "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"),
    ("AWS/ApiGateway", "Count"): ({"ApiId"}, "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"),
    ("AWS/ApiGateway", "Latency"): ({"ApiId"}, "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"),
    ("AWS/Lambda", "Errors"): (set(), "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"),
    ("AWS/Lambda", "Throttles"): (set(), "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"),
    ("AWS/DynamoDB", "ReadThrottleEvents"): ({"TableName"}, "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"),
    ("AWS/DynamoDB", "WriteThrottleEvents"): ({"TableName"}, "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"),
    ("AWS/DynamoDB", "ReplicationLatency"): ({"TableName", "ReceivingRegion"}, "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"),
    ("AWS/EventBridge/Pipes", "ExecutionFailed"): ({"PipeName"}, "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html"),
    ("AWS/S3", "OperationsFailedReplication"): ({"SourceBucket", "DestinationBucket", "RuleId"}, "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ({"QueueName"}, "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"),
}
EXPRESSIONS = {
    "SUM(METRICS())": lambda m: sum(m.values()),
    "MAX(METRICS())": lambda m: max(m.values()),
    "IF(requests >= 20, 100 * errors / requests, 0)": lambda m: 100 * m["errors"] / m["requests"] if m["requests"] >= 20 else 0,
}
BREACHES = {"GreaterThanThreshold": lambda v, t: v > t, "LessThanThreshold": lambda v, t: v < t}
BAD = {"errors": (0, 1), "latency": (1900, 2100), "replication": (59_000, 61_000), "silence": (1, 0), "limits": (10, 11)}  # by alarm: just good, just bad; 0 and 1 for others


def state(alarm, minutes):
    """ALARM or OK for the newest periods, each a mapping from a metric's Id to its value, or None where the service sent nothing."""
    values = []
    for m in minutes[-int(alarm["EvaluationPeriods"]):]:
        if m is None:
            values.append(alarm["TreatMissingData"] == "breaching")
            continue
        expression = next((q["Expression"] for q in alarm.get("Metrics", []) if "Expression" in q), None)
        value = EXPRESSIONS[expression](m) if expression else m["value"]
        values.append(BREACHES[alarm["ComparisonOperator"]](value, float(alarm["Threshold"])))
    return "ALARM" if sum(values) >= int(alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])) else "OK"


def metrics(alarm):
    """The metrics of an alarm: Id, namespace, name, dimensions."""
    if "Metrics" not in alarm:
        return [("value", alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions", []))]
    return [(q["Id"], s["Namespace"], s["MetricName"], s.get("Dimensions", [])) for q in alarm["Metrics"] if "MetricStat" in q for s in [q["MetricStat"]["Metric"]]]


def typed(value, shape):
    """CloudFormation makes numbers and booleans of texts; so does this, for the validator."""
    if shape.type_name == "structure":
        return {k: typed(v, shape.members[k]) for k, v in value.items()}
    if shape.type_name == "list":
        return [typed(v, shape.member) for v in value]
    return {"integer": int, "double": float, "boolean": bool}.get(shape.type_name, str)(value)


def check(shape):
    alarms = shape.of("AWS::CloudWatch::Alarm")
    request = boto3.Session().client("cloudwatch", aws_access_key_id="a", aws_secret_access_key="a").meta.service_model.operation_model("PutMetricAlarm").input_shape
    own = {t["MetricName"]: (f["FilterPattern"], t["MetricNamespace"]) for f in shape.of("AWS::Logs::MetricFilter").values() for t in f["MetricTransformations"]}
    queues = {name: p["QueueName"] for name, p in shape.of("AWS::SQS::Queue").items()}
    for name, a in alarms.items():
        def want(rule, ok, what=""):
            if not ok:
                sys.exit(f"{name}: {rule}: {what}")

        want("CloudWatch takes it", not ParamValidator().validate(typed(a, request), request).has_errors(), a)
        want("it tells somebody, and that it is over", a["AlarmActions"] and a["OKActions"])
        for _, namespace, metric, dimensions in metrics(a):
            if metric in own:
                want("a filter of our log makes its metric", own[metric][1] == namespace and not dimensions, metric)
                continue
            want("AWS documents its metric", (namespace, metric) in PAGES, (namespace, metric))
            want("its dimensions are AWS's", {d["Name"] for d in dimensions} == PAGES[namespace, metric][0], dimensions)
        ids = [m[0] for m in metrics(a)]
        good, bad = BAD.get(a["AlarmName"].rsplit("-", 1)[1], (0, 1))
        calm, trouble = ({i: v for i in ids} | ({"requests": 100} if "requests" in ids else {}) for v in (good, bad))
        if "errors" in ids:
            trouble["errors"] = 2
        want("it is silent while all is well", state(a, [calm] * 10) == "OK")
        want("it goes off", state(a, [trouble] * 10) == "ALARM")
        want("each of its metrics alone sets it off", all(state(a, [calm | {i: trouble[i]}] * 10) == "ALARM" for i in ids if i != "requests"), ids)
        want("it ends", state(a, [trouble] * 10 + [calm] * 10) == "OK")
        want("nothing sent means what it should", state(a, [None] * 10) == ("ALARM" if a["AlarmName"].endswith("-silence") else "OK"))
    want("the dead letters' alarm looks at the queue", "<DeadLetters.QueueName>" in str(alarms["DeadLettersAlarm"]), queues)
    print(f"{len(alarms)} alarms: each metric is documented, and each alarm went off, was silent and ended")
    with open("docs/ALARMS.md", "w", encoding="utf-8") as f:
        f.write("# What the alarms look at\n\nWritten by `make shapes`, which holds every alarm of template.yaml to this table and fires each once. docs/OPERATIONS.md says what to do.\n\n| alarm | metric | page |\n|---|---|---|\n")
        for name, a in alarms.items():
            for namespace, metric in dict.fromkeys((m[1], m[2]) for m in metrics(a)):
                page = PAGES[namespace, metric][1] if (namespace, metric) in PAGES else f"our log, `{own[metric][0]}`"
                f.write(f"| {a['AlarmName'].replace('lyceum-prod-', '')} | {namespace.replace('Lyceum/prod', 'Lyceum/*environment*')} {metric} | {page} |\n")
