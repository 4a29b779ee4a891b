package main

import (
	"fmt"
	"io"
)

// banner tells where everything is and what to try first. Its last line begins with "ready": programs wait for it.
func (c *cloud) banner(out io.Writer) {
	data := c.set.data
	if data == "" {
		data = "in memory, gone at the end"
	}
	if c.lessons > 0 {
		data += fmt.Sprintf(" (%d sample lessons put in)", c.lessons)
	}
	fmt.Fprintf(out, `
  HTTP API   %s/api   %d functions of %s, rebuilt when their source changes
  DynamoDB   %s       access key "local", secret "local", region %s
  S3         %s       the same keys, addressed by path
  data       %s

  try        curl %[1]s/api/health

`, c.url(0), len(c.stack.Functions), c.set.template, c.dynamo, c.set.region, c.url(2), data)
	fmt.Fprintf(out, "ready at %s (Ctrl-C ends it)\n", c.url(0))
}
