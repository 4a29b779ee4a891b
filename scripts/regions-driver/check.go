package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// check answers every promise that does not hold.
func (w *work) check(ctx context.Context) (broken []string, err error) {
	broken = append(broken, w.history.checkClaims()...)
	broken = append(broken, w.checkOwners()...)
	for _, p := range w.people {
		broken = append(broken, w.checkPerson(p)...)
	}
	broken = append(broken, w.checkLikes()...)
	different, err := w.cloud.checkReplicas(ctx)
	return append(broken, different...), err
}

// owner is the state of an address: free, "?" and who has begun, or who has it.
type owner = string

// claims is what a linearizable registry of addresses may answer. A registration whose outcome is unknown may have done nothing, have made
// the account, or have died in the middle: then the address is taken for a while and free again.
var claims = porcupine.NondeterministicModel{
	Init: func() []any { return []any{owner("")} },
	Step: func(state, input, _ any) []any {
		s, c := state.(owner), input.(claim)
		free := s == "" || strings.HasPrefix(s, "?")
		switch {
		case c.status == http.StatusCreated && free:
			return []any{c.who}
		case c.status == http.StatusCreated:
			return nil
		case c.status == http.StatusConflict && s == "":
			return nil
		case c.status == 0 || c.status >= 500:
			if free {
				return []any{s, "?" + c.who, c.who}
			}
		}
		return []any{s}
	},
	Equal: func(a, b any) bool { return a == b },
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		byEmail := map[string][]porcupine.Operation{}
		for _, op := range all {
			email := op.Input.(claim).email
			byEmail[email] = append(byEmail[email], op)
		}
		return slices.Collect(maps.Values(byEmail))
	},
}

func (h *history) checkClaims() (broken []string) {
	var ops []porcupine.Operation
	for i, c := range h.made {
		op := porcupine.Operation{ClientId: i, Input: c, Call: c.called, Output: c.status, Return: c.returned}
		if c.status == 0 || c.status >= 500 {
			op.Return = h.now() // it may take effect at any time
		}
		ops = append(ops, op)
	}
	if got := porcupine.CheckOperationsTimeout(claims.ToModel(), ops, time.Minute); got != porcupine.Ok {
		broken = append(broken, fmt.Sprintf("the history of %d registrations is not linearizable (%s)", len(ops), got))
	}
	winners := map[string][]string{}
	for _, c := range h.made {
		if c.status == http.StatusCreated {
			winners[c.email] = append(winners[c.email], c.who)
		}
	}
	for email, who := range winners {
		if len(who) > 1 {
			broken = append(broken, fmt.Sprintf("%s has %d accounts: of %s", email, len(who), strings.Join(who, ", ")))
		}
	}
	return broken
}

// checkOwners signs in as everybody who was given an address.
func (w *work) checkOwners() (broken []string) {
	for _, c := range w.history.made {
		if c.status != http.StatusCreated || !strings.HasPrefix(c.email, "wanted") {
			continue
		}
		for region := range w.cloud.apis {
			got := w.cloud.call(region, "POST", "/api/auth/login", "", map[string]string{"email": c.email, "password": password(c.who)})
			if got.status != http.StatusOK {
				broken = append(broken, fmt.Sprintf("%s was given %s and cannot sign in at %s: %d", c.who, c.email, w.cloud.names[region], got.status))
			}
		}
	}
	return broken
}

// checkPerson compares what a user did with what each region says.
func (w *work) checkPerson(p *person) (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, p.name+": "+fmt.Sprintf(format, args...)) }
	var first json.RawMessage
	for region, name := range w.cloud.names {
		done, sum := 0, 0
		for _, lesson := range w.lessons {
			var got struct {
				Completed           bool
				BestScore, Attempts int
			}
			if a := w.cloud.call(region, "GET", "/api/progress/"+lesson, p.token, nil); a.status == http.StatusOK {
				_ = json.Unmarshal(a.data, &got)
			} else if a.status != http.StatusNotFound {
				say("%s answers %d to progress", name, a.status)
			}
			if got.Completed {
				done, sum = done+1, sum+got.BestScore
			}
			least, most := len(p.attempts[lesson]), len(p.attempts[lesson])+len(p.maybe[lesson])
			best, answered := p.best[lesson]
			switch {
			case answered && !got.Completed:
				say("%s lost the completion of %s", name, lesson)
			case answered && got.BestScore < best:
				say("%s has the best score %d of %s, %d was answered", name, got.BestScore, lesson, best)
			case got.Attempts < least || got.Attempts > most:
				say("%s counts %d attempts at %s, there were %d to %d", name, got.Attempts, lesson, least, most)
			}
		}
		var dashboard struct {
			Stats struct {
				Completed    int
				AverageScore float64
			}
		}
		a := w.cloud.call(region, "GET", "/api/users/me/dashboard", p.token, nil)
		_ = json.Unmarshal(a.data, &dashboard)
		if got := dashboard.Stats; got.Completed != done || done > 0 && (got.AverageScore-float64(sum)/float64(done) > 0.06 || float64(sum)/float64(done)-got.AverageScore > 0.06) {
			say("%s's statistics say %d completed, average %.2f; it is %d and %d/%d", name, got.Completed, got.AverageScore, done, sum, done)
		}
		if first == nil {
			first = a.data
		} else if string(first) != string(a.data) {
			say("the dashboards differ between %s and %s", w.cloud.names[0], name)
		}
	}
	return broken
}

// checkLikes asks for each lesson's number of likes, by way of one more like.
func (w *work) checkLikes() (broken []string) {
	probe := w.people[0]
	for _, lesson := range w.lessons {
		least, most := 1, 1
		for _, p := range w.people[1:] {
			switch {
			case p.unsure[lesson]:
				most++
			case p.likes[lesson]:
				least, most = least+1, most+1
			}
		}
		first := w.cloud.call(0, "PUT", "/api/lessons/"+lesson+"/like", probe.token, nil)
		if err := w.cloud.quiet(); err != nil {
			return append(broken, err.Error())
		}
		counts := map[int]bool{}
		for region := range w.cloud.apis {
			var got struct{ Likes int }
			a := w.cloud.call(region, "PUT", "/api/lessons/"+lesson+"/like", probe.token, nil)
			_ = json.Unmarshal(a.data, &got)
			if counts[got.Likes] = true; got.Likes < least || got.Likes > most {
				broken = append(broken, fmt.Sprintf("%s counts %d likes of %s, there are %d to %d (first answer %d)", w.cloud.names[region], got.Likes, lesson, least, most, first.status))
			}
		}
		if len(counts) > 1 {
			broken = append(broken, fmt.Sprintf("the regions count different likes of %s: %v", lesson, slices.Sorted(maps.Keys(counts))))
		}
	}
	return broken
}

// checkReplicas compares all replicated tables, item by item.
func (c *cloud) checkReplicas(ctx context.Context) (broken []string, err error) {
	if err := c.quiet(); err != nil {
		return nil, err
	}
	for _, table := range []string{"identity", "learning", "ephemeral"} {
		first := map[string]string{}
		for i, endpoint := range c.dynamoDBs {
			client := dynamodb.New(dynamodb.Options{Region: c.names[i], BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
			items := map[string]string{}
			pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String("lyceum-dev-" + table)})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				for _, item := range page.Items {
					var key struct{ PK, SK string }
					var all map[string]any
					if err := attributevalue.UnmarshalMap(item, &key); err != nil {
						return nil, err
					}
					if err := attributevalue.UnmarshalMap(item, &all); err != nil {
						return nil, err
					}
					text, err := json.Marshal(all)
					if err != nil {
						return nil, err
					}
					items[key.PK+" "+key.SK] = string(text)
				}
			}
			if i == 0 {
				first = items
				fmt.Printf("%s: %d items\n", table, len(items))
				continue
			}
			different := 0
			for k := range maps.Keys(first) {
				if items[k] != first[k] {
					different++
				}
			}
			for k := range items {
				if _, ok := first[k]; !ok {
					different++
				}
			}
			if different > 0 {
				broken = append(broken, fmt.Sprintf("%d items of %s differ between %s and %s", different, table, c.names[0], c.names[i]))
			}
		}
	}
	return broken, nil
}
