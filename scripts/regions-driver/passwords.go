package main

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// account is the state of a user's password: what it is, and the newest link that was used.
type account struct {
	password string
	link     int
}

// passwords is what a linearizable store of one password may answer: a link works once, and none that is older than one that was used.
// A use without answer may have done nothing, or all.
func passwords(first string) porcupine.NondeterministicModel {
	return porcupine.NondeterministicModel{
		Init: func() []any { return []any{account{first, 0}} },
		Step: func(state, input, _ any) []any {
			s, t := state.(account), input.(try)
			switch same := s.password == t.password; {
			case t.link == 0 && t.answer.ok() && !same || t.link == 0 && t.answer.status == 401 && same:
				return nil
			case t.link == 0:
				return []any{s}
			case t.answer.ok() && t.link <= s.link:
				return nil
			case t.answer.ok():
				return []any{account{t.password, t.link}}
			case t.answer.unknown() && t.link > s.link:
				return []any{s, account{t.password, t.link}}
			}
			return []any{s}
		},
		Equal: func(a, b any) bool { return a == b },
	}
}

// checkPasswords judges every user's history and answers how many links were used twice.
func (h *history) checkPasswords(v *verdict) (twice int) {
	for name, tries := range h.tries {
		var ops []porcupine.Operation
		used := map[int]int{}
		for i, t := range tries {
			op := porcupine.Operation{ClientId: i, Input: t, Call: t.called, Output: t.answer.status, Return: t.returned}
			if t.link > 0 && t.answer.unknown() {
				op.Return = h.now() // it may take effect at any time
			}
			if t.link > 0 && t.answer.ok() {
				used[t.link]++
			}
			ops = append(ops, op)
		}
		for link, n := range used {
			if n > 1 {
				twice++
				v.say("%s: link %d was used %d times", name, link, n)
			}
		}
		model := passwords(password(name))
		if got := porcupine.CheckOperationsTimeout(model.ToModel(), ops, time.Minute); got != porcupine.Ok {
			v.say("%s: the history of %d uses of links and sign-ins is not linearizable (%s)", name, len(ops), got)
			for _, t := range tries {
				v.say("    %s", fmt.Sprintf("%v to %v: link %d, %q: %d", time.Duration(t.called), time.Duration(t.returned), t.link, t.password, t.answer.status))
			}
		}
	}
	return twice
}
