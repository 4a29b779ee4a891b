package lyceum_test

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// quote is a number in a document, in words that stand there, and where it comes from: a file that says text, or, of AWS, a page.
type quote struct{ words, from, text string }

const (
	tokens, lockOut, uploads = "shared/auth/token.go", "shared/domain/limit.go", "shared/domain/upload.go"
	passwords, legacy        = "shared/auth/password.go", "shared/auth/legacy.go"
	accessTTL                = "AccessTTL = 15 * time.Minute"
	onePartition             = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
	lambdaQuotas             = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
)

// quotes are all numbers with a unit in the pages that people write. What is measured stands in pages that commands write: docs/COSTS.md
// and docs/FIGURES.md.
var quotes = map[string][]quote{
	"README.md": {
		{"access token (15 minutes)", tokens, accessTTL},
		{"refresh token (7 days; a", "shared/domain/session.go", "SessionTTL   = 7 * 24 * time.Hour"},
		{"session ends after 90 days", "shared/domain/session.go", "LongestSession      = 90 * 24 * time.Hour"},
		{"good once (and 10 seconds more)", "shared/domain/session.go", "RefreshGrace = 10 * time.Second"},
		{"dates in UTC, at most 92 days", "shared/domain/analytics.go", "MaxAnalyticsDays = 92"},
		{"that link, once and within 30 minutes", "shared/domain/link.go", `ResetLink       = LinkKind{"reset", 30 * time.Minute}`},
		{"beyond 2 MB in parts", "shared/dynamo/exports.go", "exportBytes = 2 << 20"},
		{"`text/html`, up to 1 MiB", "shared/domain/content.go", "MaxContentBytes = 1 << 20"},
		{"PDF, up to 4 MiB", uploads, "MaxDirectUpload = 4 << 20"},
		{"one file of up to 10 MiB", "template.yaml", "UploadMaxBytes:\n    Type: Number\n    Default: 10485760"},
		{"up to 500 MiB", "template.yaml", "MultipartMaxBytes:\n    Type: Number\n    Default: 524288000"},
		{"in parts of 8 MiB", uploads, "PartSize        = 8 << 20"},
		{"works for 5 minutes", "shared/objects/files.go", "LinkTTL = 5 * time.Minute"},
		{"the bytes for 5 minutes", "shared/objects/files.go", "LinkTTL = 5 * time.Minute"},
	},
	"docs/ARCHITECTURE.md": {
		{"a claim of the address with a lease of 30 s", "shared/dynamo/accounts.go", "claimLease = 30 * time.Second"},
		{"An access token is good for 15 minutes", tokens, accessTTL},
		{"when the access token expires: 15 minutes", tokens, accessTTL},
		{"refresh on, 15 minutes later at most", tokens, accessTTL},
		{"its access token, 15 minutes at most", tokens, accessTTL},
		{"for 15 minutes at most, the life of an access token", tokens, accessTTL},
		{"within 10 s a used token", "shared/domain/session.go", "RefreshGrace = 10 * time.Second"},
		{"does not answer in 300 ms", "shared/httpapi/limits.go", "LimiterWait = 300 * time.Millisecond"},
		{"refuses more than about 1,000 writes a second of one item", onePartition, ""},
		{"the address waits: 30 s, 1, 2, 4, 8 minutes", lockOut, "firstLock    = 30 * time.Second"},
		{"15 minutes from the tenth on", lockOut, "longestLock  = 15 * time.Minute"},
		{"waits for the 15 minutes to end", lockOut, "longestLock  = 15 * time.Minute"},
		{"30 minutes for a password", "shared/domain/link.go", `LinkKind{"reset", 30 * time.Minute}`},
		{"24 hours for an address", "shared/domain/link.go", `LinkKind{"verify", 24 * time.Hour}`},
		{"one more every 4.8 hours", "shared/mail/letters/post.go", "Limit: 5, Window: 24 * time.Hour"},
		{"It takes 1,000 writes a second", onePartition, ""},
		{"go after 400 days", "template.yaml", "AuditDays:\n    Type: Number\n    Default: 400"},
		{"those of the last 35 days", "template.yaml", "PointInTimeRecoveryEnabled: true"},
		{"brings it over 2 MB of JSON", "shared/dynamo/exports.go", "exportBytes = 2 << 20"},
		{"the 6 MB of a Lambda's answer", lambdaQuotas, ""},
		{"ran beside the change, for 15 minutes", tokens, accessTTL},
		{"a session ends 90 days after the sign-in", "shared/domain/session.go", "LongestSession      = 90 * 24 * time.Hour"},
		{"128 attempts at the lesson (16 bytes each)", "shared/domain/attempt.go", "AttemptsKnown = 128"},
		{"more than 5 minutes ahead", "shared/domain/attempt.go", "ClockAhead = 5 * time.Minute"},
		{"never more than 18 KB", "shared/dynamo/learning_test.go", "size > 18<<10"},
		{"each of the last 512 days", "shared/domain/streak.go", "DaysKept = 512"},
		{"11 reads and 11 writes", "cmd/lessons/main_test.go", `calls["BatchGetItem"] != 11`},
		{"a stream lost after its 24 hours", "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html", ""},
		{"a body over 10 MB", "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html", ""},
		{"outlives the function's deadline by 5 s", "shared/httpapi/idempotent.go", "leaseMargin = 5 * time.Second"},
		{"its answer is kept for 24 h", "shared/domain/idempotency.go", "AnswersKept = 24 * time.Hour"},
		{"if they pack to 8 KiB or less", "shared/cache/contents.go", "maxKept = 8 << 10"},
		{"holds 8 MiB of bodies", "shared/cache/contents.go", "memoryBytes = 8 << 20"},
		{"Values have 390 KiB at most", "shared/domain/kv.go", "MaxKVBytes = 390 << 10"},
		{"an answer that is good for 15 minutes", "template.yaml", "UploadFormSeconds:\n    Type: Number\n    Default: 900"},
		{"can be brought back for 7 days", "template.yaml", "NoncurrentDays: 7}"},
		{"tries come after 0, 1 and 2 s", "local/bus/bus.go", "o.Pause = time.Second"},
		{"Change records are kept for 24 h", "local/dynamodb/changes.go", "changesKept = 24 * time.Hour"},
	},
	"docs/OPERATIONS.md": {
		{"of each region every 30 s, and one failure", "template.yaml", "RequestInterval: 30\n        Regions: [us-east-1, eu-west-1, ap-southeast-1]\n        FailureThreshold: 1"},
		{"or in the 5 minutes after it", "scripts/deploy/finish.go", "const monitoring = 5"},
		{"while more than 18 % of them", "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html", ""},
		{"at most 15 minutes for most objects", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html", ""},
		{"keep 35 days for restoring", "template.yaml", "PointInTimeRecoveryEnabled: true"},
		{"in the content bucket for 30 days", "template.yaml", "NoncurrentDays: 30}"},
		{"in the uploads bucket for 7", "template.yaml", "NoncurrentDays: 7}"},
		{"events with ids for 7 days, backups for 35", "shared/domain/erasure.go", "e.BeganAt.Add(35 * day)"},
		{"0.30 USD a month for each combination", "https://aws.amazon.com/cloudwatch/pricing/", ""},
		{"more than 1 of 100 requests failed in 2 of 3 minutes", "template.yaml", "Threshold: 1\n      EvaluationPeriods: 3\n      DatapointsToAlarm: 2"},
		{"1 of 100 requests took over 2 s for 10 minutes", "template.yaml", "Period: 300,\n      ComparisonOperator: GreaterThanThreshold, Threshold: 2000, EvaluationPeriods: 2"},
		{"without an answer in 2 of 5 minutes", "template.yaml", "EvaluationPeriods: 5, DatapointsToAlarm: 2"},
		{"events wait for 24 hours", "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html", ""},
		{"nobody reached the API for 5 minutes", "template.yaml", "Period: 300,\n      ComparisonOperator: LessThanThreshold"},
		{"does not answer within 300 ms", "shared/httpapi/limits.go", "LimiterWait = 300 * time.Millisecond"},
		{"more than 1,000 times a second", onePartition, ""},
		{"for 14 days:", "template.yaml", "MessageRetentionPeriod: 1209600"},
		{"from old versions for 7 days", "template.yaml", "NoncurrentDays: 7}"},
		{"5 minutes more: that long others may keep", "functions/auth/get-jwks/get_jwks_test.go", "max-age=300"},
		{"20 minutes more: access tokens live 15", tokens, accessTTL},
		{"4 KB for its whole environment", lambdaQuotas, ""},
		{"a shared secret of 32 bytes", "shared/auth/keys.go", "must be at least 32 bytes"},
		{"over 5 % and `Reputation.ComplaintRate` over 0.1 %", "https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html", ""},
		{"beyond 10 % and 0.5 %", "https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html", ""},
	},
	"docs/COSTS.md": {
		{"three of their regions every 30 s instead", "template.yaml", "RequestInterval: 30\n        Regions: [us-east-1, eu-west-1, ap-southeast-1]"},
		{"from all of them every 10 s", "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html", ""},
		{"account, 5 GB of logs", "https://aws.amazon.com/cloudwatch/pricing/", ""},
		{"a million read units | 0.125", "local/localtest/meter.go", "readPrice, writePrice   = 0.125, 0.625"},
		{"replicated ones too | 0.625", "local/localtest/meter.go", "readPrice, writePrice   = 0.125, 0.625"},
		{"HTTP API, a million requests | 1.00", "local/localtest/meter.go", "requestPrice, callPrice = 1.00, 0.20"},
		{"Lambda, a million requests | 0.20", "local/localtest/meter.go", "requestPrice, callPrice = 1.00, 0.20"},
		{"$0.0000133334 per GB-second on arm64", "https://aws.amazon.com/lambda/pricing/", ""},
	},
	"docs/IMPORT.md": {
		{"a line at most 64 KB", "cmd/import-users/importer.go", "maxLine = 64 * 1024"},
		{"a salt of 16 bytes and, behind it, 32 bytes", passwords, "saltBytes = 16\n\thashBytes = 32"},
		{"of 100,000 iterations", legacy, "bareIterations = 100_000"},
		{"1,000 to 2,000,000 iterations", legacy, "minIterations  = 1000\n\tmaxIterations  = 2_000_000"},
		{"salt of 8 to 64 bytes, sum of 16 to 64", legacy, "len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64"},
		{"256 MiB, 16 passes", passwords, "maxMemoryKiB = 256 * 1024\n\tmaxPasses    = 16"},
		{"salt of 8 bytes and more, sum of 16 to 64", passwords, "len(salt) < 8 || len(hash) < 16 || len(hash) > 64"},
		{"1 to 1024 characters", passwords, "maxPassword = 1024"},
	},
}

var (
	number = regexp.MustCompile(`\$?\d[\d,.]*[  -]?(%|µs|ms|ns|s|[KMG]i?B|[RW]U|(read |write )?units?|seconds?|minutes?|hours?|h|days?|bytes?|USD|(writes|times|likes|requests) a)\b|\$\d|\d %`)
	code   = regexp.MustCompile("(?s)```.*?```|`[^`]*`")
	// What a command writes, what localtest.WantCalls compares, and what the test below does.
	compared = regexp.MustCompile(`(?ms)^<!-- costs -->$.*?^<!-- /costs -->$|^<!-- idle -->$.*?^<!-- /idle -->$|(?m:^\| (auth|users|progress|uploads|ops)/[^\n]*$|^\| [a-z-]+ \| \d+ in \d+ (minutes?|hours) \|)`)
)

func TestEveryNumberOfADocumentComesFromSomewhere(t *testing.T) {
	t.Parallel()
	for document, quotes := range quotes {
		text := " " + strings.Join(strings.Fields(compared.ReplaceAllString(read(t, document), "")), " ")
		for _, q := range quotes {
			if !strings.Contains(text, q.words) {
				t.Errorf("%s does not say %q any more: take it out of this test", document, q.words)
			}
			if !strings.HasPrefix(q.from, "https://") && (q.text == "" || !strings.Contains(read(t, q.from), q.text)) {
				t.Errorf("%s says %q, which came from %s: it does not say %q any more", document, q.words, q.from, q.text)
			}
			text = strings.ReplaceAll(text, q.words, "")
		}
		text = code.ReplaceAllString(text, "")
		for _, at := range number.FindAllStringIndex(text, -1) {
			t.Errorf("%s: where does this number come from? Say it in this test: …%s", document, text[max(0, at[0]-60):min(len(text), at[1]+20)])
		}
	}
}

func TestTheLimitsInTheDocumentAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	var want, got []string
	code := read(t, "shared/httpapi/limits.go") + read(t, "shared/mail/letters/post.go")
	for _, m := range regexp.MustCompile(`Policy\{Name: "([a-z-]+)", Limit: (\d+), Window: (?:(\d+) \* )?time.(Minute|Hour)`).FindAllStringSubmatch(code, -1) {
		m[3], m[4] = cmp.Or(m[3], "1"), strings.ToLower(m[4])
		want = append(want, strings.Join(m[1:], " "))
	}
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z-]+) \| (\d+) in (\d+) (minute|hour)s? \|`).FindAllStringSubmatch(read(t, "docs/ARCHITECTURE.md"), -1) {
		got = append(got, strings.Join(m[1:], " "))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || strings.Count(code, "domain.Policy{") != len(want) {
		t.Errorf("docs/ARCHITECTURE.md:\n got %q\nwant %q", got, want)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
