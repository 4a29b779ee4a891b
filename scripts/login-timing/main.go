// Command login-timing asks whether an answer of POST /api/auth/login tells if an address has an account: it makes accounts at the local
// cloud named by $API, tries wrong passwords at known and unknown addresses in random turns, compares the answers' bytes, and their times
// by the Mann-Whitney U test (two-sided, normal approximation with correction for ties). It fails if bytes differ or p is below 0.01.
//
//	go run ./local & API=http://localhost:3000 go run ./scripts/login-timing
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	accounts = 100
	perOne   = 3 // tries of each address: a fifth would lock it
)

func main() {
	if err := run(os.Getenv("API")); err != nil {
		fmt.Fprintln(os.Stderr, "login-timing:", err)
		os.Exit(1)
	}
}

func run(api string) error {
	type try struct {
		address string
		known   bool
	}
	var tries []try
	for i := range accounts {
		known, unknown := fmt.Sprintf("known-%d-%d@example.org", time.Now().Unix(), i), fmt.Sprintf("other-%d-%d@example.org", time.Now().Unix(), i)
		if status, _, _, err := post(api+"/api/auth/register", map[string]string{"email": known, "username": "Known", "password": "correct horse battery"}); err != nil || status != http.StatusCreated {
			return fmt.Errorf("register: %d, %w", status, err)
		}
		for range perOne {
			tries = append(tries, try{known, true}, try{unknown, false})
		}
	}
	rand.Shuffle(len(tries), func(i, j int) { tries[i], tries[j] = tries[j], tries[i] })
	time.Sleep(time.Minute) // the limiter asks once more of an address that is between its whole limit and none: let registration's pass
	var times [2][]float64
	var answers [2]map[string]int
	answers[0], answers[1] = map[string]int{}, map[string]int{}
	for _, t := range tries {
		side := 0
		if t.known {
			side = 1
		}
		status, text, took, err := post(api+"/api/auth/login", map[string]string{"email": t.address, "password": "wrong horse battery"})
		if err != nil {
			return err
		}
		answers[side][fmt.Sprint(status, " ", text)]++
		times[side] = append(times[side], float64(took))
	}
	if a, b := fmt.Sprint(answers[0]), fmt.Sprint(answers[1]); len(answers[0]) != 1 || a != b {
		return fmt.Errorf("the answers differ:\nunknown %s\nknown   %s", a, b)
	}
	z, p := mannWhitney(times[0], times[1])
	fmt.Printf("%d tries each, all answered alike; median unknown %.2f ms, known %.2f ms; Mann-Whitney U: z = %.2f, p = %.3f\n",
		len(times[0]), median(times[0]), median(times[1]), z, p)
	if p < 0.01 {
		return errors.New("the times can be told apart")
	}
	return nil
}

// post answers the body without its request id, and how long it took in milliseconds.
func post(url string, body map[string]string) (status int, text string, ms float64, err error) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, "", 0, err
	}
	begin := time.Now()
	res, err := http.Post(url, "application/json", bytes.NewReader(b))
	if err != nil {
		return 0, "", 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	ms = float64(time.Since(begin).Microseconds()) / 1000
	return res.StatusCode, strings.ReplaceAll(string(answer), res.Header.Get("X-Request-Id"), "ID"), ms, err
}

func mannWhitney(a, b []float64) (z, p float64) {
	type value struct {
		v     float64
		first bool
	}
	var all []value
	for _, v := range a {
		all = append(all, value{v, true})
	}
	for _, v := range b {
		all = append(all, value{v, false})
	}
	slices.SortFunc(all, func(x, y value) int { return cmp.Compare(x.v, y.v) })
	var ranks, ties float64
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].v == all[i].v {
			j++
		}
		same := float64(j - i)
		for ; i < j; i++ {
			if all[i].first {
				ranks += float64(j) - (same-1)/2 // the mean of ranks i+1 to j
			}
		}
		ties += same*same*same - same
	}
	n, m := float64(len(a)), float64(len(b))
	u := ranks - n*(n+1)/2
	variance := n * m / 12 * (n + m + 1 - ties/((n+m)*(n+m-1)))
	z = (u - n*m/2) / math.Sqrt(variance)
	return z, math.Erfc(math.Abs(z) / math.Sqrt2)
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
