package main

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/regional"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

// steps of a random walk: 300, or as many as the environment variable LYCEUM_STEPS says.
func steps() int {
	if n, err := strconv.Atoi(os.Getenv("LYCEUM_STEPS")); err == nil {
		return n
	}
	return 300
}

// lag between the regions of the walk, one way; it varies by half of it.
const lag = 4 * time.Millisecond

// walk is a deployment of which it is known who has which role.
type walk struct {
	*testing.T
	*regional.Regions
	roles  map[domain.UserID]domain.Role
	taken  map[domain.UserID]time.Time // when a role was taken
	tokens []token                     // all that were ever given out
	made   int
	count  map[string]int
}

type token struct {
	user domain.UserID
	text string
}

// TestNobodyActsWithALostRoleAndOneAdminStays: in all modes no call that needs an admin succeeds
// for who has lost the role before it began, and at each step there is an admin. What needs an
// editor reads the role in the own region: of eventual replicas a former editor may edit until the
// loss has arrived.
func TestNobodyActsWithALostRoleAndOneAdminStays(t *testing.T) {
	t.Parallel()
	for _, mode := range regional.Modes {
		t.Run(mode, func(t *testing.T) {
			w := &walk{t, regional.New(t, mode, lag), map[domain.UserID]domain.Role{}, map[domain.UserID]time.Time{}, nil, 0, map[string]int{}}
			for i := range 13 {
				w.join(i < 3)
			}
			random := mathrand.New(mathrand.NewPCG(1, 2))
			for range steps() {
				w.step(random, mode == "home")
			}
			w.Logf("%v", w.count)
			for _, what := range []string{"role", "role refused", "edit refused", "left", "last admin"} {
				if w.count[what] == 0 && steps() > 1000 {
					w.Errorf("%s: never happened", what)
				}
			}
		})
	}
}

func (w *walk) home() dynamo.Accounts {
	return w.Kept(w.T, w.Names[0], name).Accounts()
}

// join makes a user, the first ones admins as the operator does.
func (w *walk) join(admin bool) {
	w.made++
	user := w.Account(w.T, w.Names[0], fmt.Sprintf("walker%d@example.org", w.made))
	w.roles[user.ID()] = domain.Learner
	_, err := w.home().Update(w.Context(), user.ID(), func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(u.State().Email, time.Now(), rand.Reader)
	})
	w.must(err)
	if admin {
		w.must(w.home().SetAdmin(w.Context(), user.ID(), true, domain.UserID{}))
		_, err := w.home().Update(w.Context(), user.ID(), func(u *domain.User) (*domain.Event, error) { return u.SetRole(domain.Admin, time.Now(), rand.Reader) })
		w.must(err)
		w.roles[user.ID()] = domain.Admin
	}
	w.signIn(user.ID())
}

func (w *walk) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *walk) signIn(id domain.UserID) {
	env := w.Kept(w.T, w.Names[0], "auth/login")
	user, credential, err := env.Accounts().Account(w.Context(), id)
	w.must(err)
	tokens, err := env.SignIn().Open(w.Context(), user, credential, "")
	w.must(err)
	w.tokens = append(w.tokens, token{id, tokens.AccessToken})
}

func (w *walk) step(random *mathrand.Rand, eventual bool) {
	users := make([]domain.UserID, 0, len(w.roles))
	for id := range w.roles {
		users = append(users, id)
	}
	slices.SortFunc(users, func(a, b domain.UserID) int { return slices.Compare(a.Bytes(), b.Bytes()) })
	who, by := users[random.IntN(len(users))], w.tokens[max(0, len(w.tokens)-40):]
	caller := by[random.IntN(len(by))]
	region := w.Names[random.IntN(len(w.Names))]
	switch n := random.IntN(100); {
	case n < 50:
		role := []domain.Role{domain.Learner, domain.Editor, domain.Admin}[random.IntN(3)]
		status := w.setRole(region, caller.text, who, role)
		if status != http.StatusOK {
			w.count["role refused"]++
			break
		}
		w.count["role"]++
		if w.roles[caller.user] != domain.Admin {
			w.Errorf("a call of a former admin succeeded")
		}
		if w.roles[who].Above(role) {
			w.taken[who] = time.Now()
		}
		w.roles[who] = role
	case n < 75:
		got, err := w.Kept(w.T, region, "progress/create-lesson").StaffVerifier().Verify(w.Context(), caller.text)
		if err != nil || !got.MayEdit() {
			w.count["edit refused"]++
		} else if lost := time.Since(w.taken[caller.user]); w.roles[caller.user] == domain.Learner && !(eventual && lost < 250*time.Millisecond) {
			w.Errorf("a former editor may edit %v after the loss", lost)
		}
	case n < 95:
		w.signIn(who)
	default: // leaves, as delete-me does, and somebody else comes
		if err := w.Kept(w.T, region, "users/delete-me").Accounts().AtHome().SetAdmin(w.Context(), who, false, domain.UserID{}); err != nil {
			w.count["last admin"]++
			if admins := w.admins(); admins != 1 || w.roles[who] != domain.Admin {
				w.Errorf("one of %d admins cannot leave: %v", admins, err)
			}
			break
		}
		w.count["left"]++
		erasures := dynamo.Erasures{Accounts: w.home(), Learning: w.Table(w.Names[0], "LEARNING_TABLE"), Ephemeral: w.Table(w.Names[0], "EPHEMERAL_TABLE"), Now: time.Now}
		_, err := erasures.Erase(w.Context(), who, domain.SessionID{})
		w.must(err)
		delete(w.roles, who)
		w.join(false)
	}
	if w.admins() == 0 {
		w.Fatal("there is no admin")
	}
}

// admins counts those who have the role.
func (w *walk) admins() (n int) {
	for _, role := range w.roles {
		if role == domain.Admin {
			n++
		}
	}
	return n
}

func (w *walk) setRole(region, token string, who domain.UserID, role domain.Role) int {
	api := httpapi.Serve(w.Kept(w.T, region, name).Log, handler(w.Kept(w.T, region, name)))
	event := localtest.Event(http.MethodPut, "/api/users/{id}/role", map[string]string{"id": who.String()}, token, fmt.Sprintf(`{"role":%q}`, role))
	res, err := api(w.Context(), event)
	w.must(err)
	return res.StatusCode
}

// Two admins who take each other's role at the same time, and all who leave at once, leave one.
func TestAdminsWhoDemoteEachOtherAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	for _, mode := range regional.Modes {
		t.Run(mode, func(t *testing.T) {
			w := &walk{t, regional.New(t, mode, lag), map[domain.UserID]domain.Role{}, map[domain.UserID]time.Time{}, nil, 0, map[string]int{}}
			for round := range 5 {
				from := len(w.tokens)
				w.join(true)
				w.join(true)
				w.join(true)
				three := w.tokens[from:]
				for id, role := range w.roles { // of the rounds before
					if role == domain.Admin && !slices.ContainsFunc(three, func(t token) bool { return t.user == id }) {
						w.must(w.home().SetAdmin(t.Context(), id, false, domain.UserID{}))
						w.roles[id] = domain.Learner
					}
				}
				var all sync.WaitGroup
				for i, caller := range three {
					region := w.Names[i%len(w.Names)]
					all.Go(func() { w.setRole(region, caller.text, three[(i+1)%3].user, domain.Learner) })
					if round%2 == 1 {
						all.Go(func() {
							_ = w.Kept(t, region, name).Accounts().AtHome().SetAdmin(t.Context(), caller.user, false, domain.UserID{})
						})
					}
				}
				all.Wait()
				left := 0
				for _, caller := range three {
					if role, err := w.home().Role(t.Context(), caller.user); err != nil {
						t.Fatal(err)
					} else if role == domain.Admin {
						left++
					}
				}
				if left == 0 {
					t.Errorf("round %d: no admin is left", round)
				}
			}
		})
	}
}

// A former admin made an accomplice with a token from before, who then took the role of who had
// demoted them.
func TestADemotedAdminIsThrownOutAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	boss, thief, friend := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Learner)
	device := stand.SignIn(t, thief, "", time.Now().Add(-time.Second))
	put(api, thief, boss.Token, "learner", "").Data(t, http.StatusOK, &user{})
	put(api, friend, device.AccessToken, "admin", "").Fails(t, http.StatusUnauthorized, "auth.session_ended")
	late := stand.Token(t, domain.RestoreUser(domain.UserState{ID: thief.ID, Role: domain.Admin}), time.Now().Add(time.Second)) // signed in at the same time
	for _, target := range []localtest.User{friend, boss} {
		put(api, target, late, "admin", "").Fails(t, http.StatusForbidden, "auth.forbidden")
		put(api, target, late, "learner", "").Fails(t, http.StatusForbidden, "auth.forbidden")
	}
	if friend, boss := stand.Stored(t, friend).Role, stand.Stored(t, boss).Role; friend != domain.Learner || boss != domain.Admin {
		t.Errorf("the friend is %s, the other admin %s", friend, boss)
	}
}
