// Command bench-gateway compares the time of a warm request over two servers of the same API, in turns within one run: $LOCAL, the local
// cloud, and $API, sam local. They take turns in blocks, since what one server still does behind an answer would slow the other's next.
// `make bench-gateway` starts both.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"
)

const (
	blocks   = 8
	perBlock = 25 // the first five of them warm up
)

func main() {
	local, sam := os.Getenv("LOCAL"), os.Getenv("API")
	var times [2][]time.Duration
	for range blocks {
		for side, url := range []string{local, sam} {
			for i := range perBlock {
				took, err := get(url + "/api/health")
				if err != nil {
					fmt.Fprintln(os.Stderr, "bench-gateway:", err)
					os.Exit(1)
				}
				if i >= 5 {
					times[side] = append(times[side], took)
				}
			}
		}
	}
	a, b := median(times[0]), median(times[1])
	fmt.Printf("GET /api/health, warm, median of %d: local %v, sam local %v, ratio %.0fx\n", len(times[0]), a, b, float64(b)/float64(a))
}

func get(url string) (time.Duration, error) {
	begin := time.Now()
	res, err := http.Get(url)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0, err
	}
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s", url, res.Status)
	}
	return time.Since(begin), nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
