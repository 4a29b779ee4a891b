// Package fakeaws is a stand-in for the AWS CLI and for sam deploy in tests. It keeps what was made
// and refuses what AWS refuses: names that are taken, replication to buckets that do not exist, a
// second replica in one update, deletions that are protected, an update of a stack that was never
// made. What it does not know it refuses too.
package fakeaws

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Account is the account that everything is in.
const Account = "123456789012"

// Cloud is an account.
type Cloud struct {
	Down    map[string]bool     // regions that do not answer
	Denied  string              // an operation that the operator may not call
	Broken  map[string]string   // region, why the next stack operation there fails
	Alarm   map[string]bool     // regions whose alarms go off during an update
	On      map[string]bool     // regions whose alarms are on
	Sick    map[string]bool     // regions whose API fails its smoke test
	Stacks  map[string]*Stack   // by region
	Tables  map[string]*Table   // by region/name
	Buckets map[string]*Bucket  // by name
	Secrets map[string][]string // versions by region/name, the current one last
	Values  map[string]string   // by version
	Records map[string]string   // region, path that its health check asks for
	Jobs    map[string]*Job     // by token
	Mail    []string            // identities of SES by region
	Log     []string            // commands that changed something
	Made    int
	// URL is where the APIs of the regions are served, each below its region; empty for Get alone.
	URL string
	// Template has the parameters that a stack may be given.
	Template string
}

// Stack is a region's stack. Every environment has a cloud of its own here.
type Stack struct {
	Name, Status string
	Parameters   map[string]string
	Triggers     []string
}

// Table is a regional table or one region's replica.
type Table struct {
	Region, Name, Stream string
	Replicas             []string // of a global table, the owner first
	Protected, Strong    bool
}

// Bucket is a bucket with its objects' keys.
type Bucket struct {
	Region, Name string
	To           []string // buckets that it replicates to
	Objects      []string
}

// Job copies what a bucket had before it replicated.
type Job struct {
	ID, Bucket string
	Asked      int
}

// New is an empty account.
func New(template string) *Cloud {
	c := &Cloud{Template: template}
	c.init()
	return c
}

func (c *Cloud) init() {
	for _, m := range []*map[string]bool{&c.Down, &c.Alarm, &c.On, &c.Sick} {
		if *m == nil {
			*m = map[string]bool{}
		}
	}
	for _, m := range []*map[string]string{&c.Broken, &c.Values, &c.Records} {
		if *m == nil {
			*m = map[string]string{}
		}
	}
	if c.Stacks == nil {
		c.Stacks, c.Tables, c.Buckets = map[string]*Stack{}, map[string]*Table{}, map[string]*Bucket{}
		c.Secrets, c.Jobs = map[string][]string{}, map[string]*Job{}
	}
}

func (c *Cloud) id() string {
	c.Made++
	return fmt.Sprintf("%08d-0000-4000-8000-000000000000", c.Made)
}

// said is what the AWS CLI prints of an error.
type said string

func (s said) Error() string { return string(s) }

func says(format string, args ...any) error { return said(fmt.Sprintf(format, args...)) }

// failure is what the AWS CLI says of an error answer.
func failure(code, operation, format string, args ...any) error {
	return says("An error occurred (%s) when calling the %s operation: %s", code, operation, fmt.Sprintf(format, args...))
}

// Main is the program `aws`, or `sam`, over the account in the file that FAKE_AWS names. It returns
// the exit code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	file := os.Getenv("FAKE_AWS")
	for { // one command at a time
		lock, err := os.OpenFile(file+".lock", os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			lock.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	defer os.Remove(file + ".lock")
	c, err := Read(file)
	if err != nil {
		fmt.Fprintln(errs, err)
		return 255
	}
	answer, err := c.Run(append([]string{filepath.Base(args[0])}, args[1:]...), in)
	if err = errors.Join(err, c.Write(file)); err != nil {
		fmt.Fprintln(errs, err)
		return 254
	}
	fmt.Fprint(out, answer)
	return 0
}

// Read is the account in a file.
func Read(file string) (*Cloud, error) {
	c := &Cloud{}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, c)
	}
	c.init()
	return c, err
}

// Write keeps the account in a file.
func (c *Cloud) Write(file string) error {
	text, err := json.Marshal(c)
	return errors.Join(err, os.WriteFile(file, text, 0o600))
}

// Get answers as a region's API does.
func (c *Cloud) Get(url string) ([]byte, error) {
	for region, s := range c.Stacks {
		if !strings.HasPrefix(url, c.api(region)) {
			continue
		}
		switch {
		case c.Down[region]:
			return nil, errors.New("dial tcp: i/o timeout")
		case c.Sick[region]:
			return nil, fmt.Errorf(`GET %s: 503 Service Unavailable: {"code":"storage.unavailable"}`, url)
		}
		return []byte(fmt.Sprintf(`{"data":{"version":%q},"success":true}`, s.Parameters["Version"])), nil
	}
	return nil, errors.New("no such host")
}

func (c *Cloud) api(region string) string {
	if c.URL != "" {
		return c.URL + "/" + region
	}
	return "https://abc.execute-api." + region + ".amazonaws.com"
}

// Sleep lets time pass.
func (c *Cloud) Sleep(time.Duration) {}

// Put puts an object into a region's bucket; S3 replicates it to where the bucket replicates.
func (c *Cloud) Put(bucket, key string) {
	b := c.Buckets[bucket]
	for _, to := range append([]string{bucket}, b.To...) {
		c.Buckets[to].Objects = append(c.Buckets[to].Objects, key)
	}
}

// Protected are the tables that cannot be deleted.
func (c *Cloud) Protected() (names []string) {
	for _, key := range slices.Sorted(maps.Keys(c.Tables)) {
		if c.Tables[key].Protected {
			names = append(names, key)
		}
	}
	return names
}
