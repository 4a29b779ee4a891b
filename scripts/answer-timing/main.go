// Command answer-timing asks whether an answer of POST /api/auth/login or /api/auth/password/forgot tells if an address has an account: it
// makes accounts at the local cloud named by $API, tries wrong passwords at known and unknown addresses in random turns, then asks for links
// to new passwords likewise, compares the answers' bytes, and their times by the Mann-Whitney U test (two-sided, normal approximation with
// correction for ties). It fails if bytes differ or p is below 0.01. It needs Linux, where all of 127.0.0.0/8 is this machine.
//
//	go run ./local & API=http://localhost:3000 go run ./scripts/answer-timing
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
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	accounts = 100
	perOne   = 3 // tries of each address: a fifth wrong password would lock it, a sixth mail would be refused
	sources  = 20
	pause    = 100 * time.Millisecond // until what a try has begun, such as a mail, is done and disturbs no other
)

func main() {
	if err := run(os.Getenv("API")); err != nil {
		fmt.Fprintln(os.Stderr, "answer-timing:", err)
		os.Exit(1)
	}
}

func run(api string) error {
	var known, unknown []string
	for i := range accounts {
		address := fmt.Sprintf("%d-%d@example.org", time.Now().Unix(), i)
		known, unknown = append(known, "known-"+address), append(unknown, "other-"+address)
		if status, text, _, err := post(api+"/api/auth/register", map[string]string{"email": known[i], "username": "Known", "password": "correct horse battery"}); err != nil || status != http.StatusCreated {
			return fmt.Errorf("register: %d %s %w", status, text, err)
		}
	}
	time.Sleep(time.Minute) // the limiter asks once more of a subject that is between its whole limit and none: let registration's pass
	return errors.Join(
		compare(api+"/api/auth/login", http.StatusUnauthorized, map[string]string{"password": "wrong horse battery"}, unknown, known),
		compare(api+"/api/auth/password/forgot", http.StatusAccepted, map[string]string{}, unknown, known),
	)
}

// compare posts body with the addresses of both sides in random turns.
func compare(url string, status int, body map[string]string, unknown, known []string) error {
	type try struct {
		address string
		side    int
	}
	var tries []try
	for side, addresses := range [][]string{unknown, known} {
		for _, address := range slices.Repeat(addresses, perOne) {
			tries = append(tries, try{address, side})
		}
	}
	rand.Shuffle(len(tries), func(i, j int) { tries[i], tries[j] = tries[j], tries[i] })
	var times [2][]float64
	answers := [2]map[string]int{{}, {}}
	for _, t := range tries {
		body["email"] = t.address
		got, text, took, err := post(url, body)
		if err != nil {
			return err
		}
		if got != status {
			return fmt.Errorf("%s: %d %s", url, got, text)
		}
		answers[t.side][text]++
		times[t.side] = append(times[t.side], took)
		time.Sleep(pause)
	}
	if a, b := fmt.Sprint(answers[0]), fmt.Sprint(answers[1]); len(answers[0]) != 1 || a != b {
		return fmt.Errorf("the answers of %s differ:\nunknown %s\nknown   %s", url, a, b)
	}
	z, p := mannWhitney(times[0], times[1])
	fmt.Printf("%s: %d tries each, all answered alike; median unknown %.2f ms, known %.2f ms; Mann-Whitney U: z = %.2f, p = %.3f\n",
		url, len(times[0]), median(times[0]), median(times[1]), z, p)
	if p < 0.01 {
		return errors.New("the times can be told apart")
	}
	return nil
}

// clients connect from addresses of their own, as limits by source would stop one.
var clients = func() (all []*http.Client) {
	for i := range sources {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i))}}
		all = append(all, &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}})
	}
	return all
}()

// post answers the body without its request id, and how long it took in milliseconds.
func post(url string, body map[string]string) (status int, text string, ms float64, err error) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, "", 0, err
	}
	begin := time.Now()
	res, err := clients[rand.IntN(sources)].Post(url, "application/json", bytes.NewReader(b))
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
