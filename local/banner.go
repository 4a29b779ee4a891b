package main

import (
	"fmt"
	"io"
	"strings"
)

// banner tells where everything is and what to try first. Its last line begins with "ready": programs wait for it.
func (f *fleet) banner(out io.Writer) {
	c := f.clouds[0]
	data := c.set.data
	if data == "" {
		data = "in memory, gone at the end"
	}
	if c.lessons > 0 {
		data += fmt.Sprintf(" (%d sample lessons put in)", c.lessons)
	}
	if f.world != nil {
		f.regionsBanner(out, data)
	} else if c.set.services {
		f.servicesBanner(out, data)
	} else {
		fmt.Fprintf(out, `
  HTTP API   %s/api   %d functions of %s, rebuilt when their source changes
  DynamoDB   %s       access key "local", secret "local", region %s
  S3         %s       the same keys, addressed by path
  data       %s
`, c.url(apiPart), len(c.stack.Functions), c.set.template, c.dynamo, c.set.region, c.url(s3Part), data)
	}
	fmt.Fprintf(out, "  mail       %s/_local/mail   what was sent, with its links\n", c.url(apiPart))
	if c.set.services {
		fmt.Fprintf(out, "\n  next, in a second terminal:\n\n    sam build && sam local start-api%s\n\n", c.samFlags())
		fmt.Fprintf(out, "ready at %s (Ctrl-C ends it)\n", c.url(apiPart))
		return
	}
	fmt.Fprintf(out, "\n  try        curl %s/api/health\n\n", c.url(apiPart))
	fmt.Fprintf(out, "ready at %s (Ctrl-C ends it)\n", c.url(apiPart))
}

func (f *fleet) regionsBanner(out io.Writer, data string) {
	kind := "its primary, " + f.clouds[0].set.region + ", decides claims of addresses"
	if f.clouds[0].set.parameters["IdentityConsistency"] == "strong" {
		kind = "strongly consistent"
	}
	fmt.Fprintf(out, "\n  %-16s %-28s %-28s %s\n", "region", "HTTP API", "DynamoDB", "S3")
	for _, c := range f.clouds {
		fmt.Fprintf(out, "  %-16s %-28s %-28s %s\n", c.set.region, c.url(apiPart)+"/api", c.dynamo, c.url(s3Part))
	}
	fmt.Fprintf(out, `
  accounts   %s
  links      %s/_local/regions   lag, cut, isolate, stop, skew, and what has not arrived
  data       %s
`, kind, f.clouds[0].url(apiPart), strings.Replace(data, "/"+f.clouds[0].set.region, "", 1))
}
