package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

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

// checkClaims judges the registrations and signs in as everybody who was given an address that others wanted.
func (w *work) checkClaims() *verdict {
	h, v := w.history, &verdict{}
	var ops []porcupine.Operation
	owners := map[string][]string{}
	for i, c := range h.made {
		op := porcupine.Operation{ClientId: i, Input: c, Call: c.called, Output: c.status, Return: c.returned}
		if c.status == 0 || c.status >= 500 {
			op.Return = h.now() // it may take effect at any time
		}
		ops = append(ops, op)
		if c.status == http.StatusCreated {
			owners[c.email] = append(owners[c.email], c.who)
		}
	}
	if got := porcupine.CheckOperationsTimeout(claims.ToModel(), ops, time.Minute); got != porcupine.Ok {
		v.say("the history of %d registrations is not linearizable (%s)", len(ops), got)
	}
	twice := 0
	for email, who := range owners {
		if len(who) > 1 {
			twice++
			v.say("%s has %d accounts: of %s", email, len(who), strings.Join(who, ", "))
		}
		if !strings.HasPrefix(email, "wanted") {
			continue
		}
		for region, name := range w.cloud.names {
			if got := w.cloud.ask(region, "POST", "/api/auth/login", "", map[string]string{"email": email, "password": password(who[0])}); !got.ok() {
				v.say("%s was given %s and cannot sign in at %s: %d", who[0], email, name, got.status)
			}
		}
	}
	v.text = fmt.Sprintf("accounts: %d registrations, %d addresses given, %d given twice",
		len(ops), len(owners), twice)
	v.claim = "every owner signs in everywhere, the history is linearizable (porcupine)"
	return v
}
