package dynamo_test

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// newLink is a link of a person to an address, asked for at a time.
func newLink(t testing.TB, kind domain.LinkKind, p person, to string, at time.Time) domain.Link {
	t.Helper()
	event, err := domain.NewEvent("test", at, random{}, nil)
	must(t, err)
	hash := sha256.Sum256([]byte(event.ID.String()))
	return domain.Link{Kind: kind, UserID: p.user.ID(), Event: event.ID, Email: domain.RestoreEmail(to), Hash: hash[:], IssuedAt: event.At}
}

// ask has an address wait for a person and gives the link.
func ask(t testing.TB, in dynamo.Accounts, p person, to string, at time.Time) domain.Link {
	t.Helper()
	_, err := in.AtHome().Update(t.Context(), p.user.ID(), func(u *domain.User) (*domain.Event, error) {
		return u.AskEmail(domain.RestoreEmail(to), at, random{})
	})
	must(t, err)
	return newLink(t, domain.EmailChangeLink, p, to, at)
}

func follow(t testing.TB, in dynamo.Accounts, link domain.Link) error {
	t.Helper()
	_, err := in.SwitchEmail(t.Context(), link, func(u *domain.User) (*domain.Event, error) { return u.SwitchEmail(link.Email, noon, random{}) })
	return err
}

// signsIn tells whether an address is a person's at the login.
func signsIn(t testing.TB, in dynamo.Accounts, email string, p person) bool {
	t.Helper()
	user, _, err := in.ByEmail(t.Context(), domain.RestoreEmail(email))
	if err != nil && !errors.Is(err, domain.ErrNoUser) {
		t.Fatal(err)
	}
	return err == nil && user.ID() == p.user.ID()
}

func TestTheLinkThatWasAskedForLastStands(t *testing.T) {
	t.Parallel()
	in := accounts(localtest.New(t), atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	links := make([]domain.Link, 20)
	for i := range links {
		links[i] = newLink(t, domain.ResetLink, ana, "ana@example.org", noon.Add(time.Duration(i)*time.Millisecond))
	}
	last := links[len(links)-1]
	for i, err := range parallel(2*len(links), func(i int) error { return in.Issue(t.Context(), links[i/2]) }) {
		if err != nil && (!errors.Is(err, domain.ErrLinkReplaced) || i/2 == len(links)-1) {
			t.Errorf("link %d: %v", i/2, err)
		}
	}
	must(t, in.Issue(t.Context(), last))
	is(t, in.Issue(t.Context(), links[0]), domain.ErrLinkReplaced)
	other := newLink(t, domain.VerifyLink, ana, "ana@example.org", noon)
	must(t, in.Issue(t.Context(), other))
	user, credential, got, err := in.Linked(t.Context(), ana.user.ID(), domain.ResetLink)
	must(t, err)
	if got.Event != last.Event || !slices.Equal(got.Hash, last.Hash) || !got.IssuedAt.Equal(last.IssuedAt) || got.Email != last.Email ||
		user.State() != ana.user.State() || credential != ana.credential {
		t.Errorf("got %+v, %+v, %+v; want %+v", user.State(), credential, got, last)
	}
	if _, _, none, err := in.Linked(t.Context(), ana.user.ID(), domain.EmailChangeLink); err != nil || none.Opens(nil, noon) == nil {
		t.Errorf("no link: %+v, %v; want one that opens nothing", none, err)
	}
	_, _, _, err = in.Linked(t.Context(), newID[domain.User](t), domain.ResetLink)
	is(t, err, domain.ErrNoUser)
}

// copyItems is replication: what one table has the other gets.
func copyItems(t testing.TB, from, to dynamo.Table) {
	t.Helper()
	for _, item := range items(t, from) {
		_, err := to.Client.PutItem(t.Context(), &awsdynamodb.PutItemInput{TableName: &to.Name, Item: item})
		must(t, err)
	}
}

// TestLinksAreDecidedInTheHomeRegion: two regions with tables of their own; what a link needs is read and written in the home region alone.
func TestLinksAreDecidedInTheHomeRegion(t *testing.T) {
	t.Parallel()
	home, away := localtest.New(t), localtest.New(t)
	there := home.Table("IDENTITY_TABLE")
	in := dynamo.Accounts{Table: away.Table("IDENTITY_TABLE"), Home: &there, Region: "eu-west-1", Now: atNoon}
	at := dynamo.Accounts{Table: there, Region: localtest.Region, Now: atNoon}
	ana, bo := newPerson(t, "ana@example.org"), newPerson(t, "bo@example.org")
	must(t, ana.register(t.Context(), in))
	must(t, bo.register(t.Context(), at))
	copyItems(t, in.Table, there)
	copyItems(t, there, in.Table)

	must(t, in.Issue(t.Context(), newLink(t, domain.ResetLink, ana, "ana@example.org", noon)))
	if _, _, link, err := at.Linked(t.Context(), ana.user.ID(), domain.ResetLink); err != nil || len(link.Hash) == 0 {
		t.Errorf("the home region does not know the link: %+v, %v", link, err)
	}
	if found := keys(t, in.Table, "USER#"+ana.user.ID().String()+" LINK#"); len(found) != 0 {
		t.Errorf("the other region keeps %q", found)
	}
	// One address, wanted in both regions at once.
	links := []domain.Link{ask(t, in, ana, "wanted@example.org", noon), ask(t, at, bo, "wanted@example.org", noon)}
	errs := parallel(2, func(i int) error { return follow(t, []dynamo.Accounts{in, at}[i], links[i]) })
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), domain.ErrEmailTaken) {
		t.Errorf("%v; want one, and the other taken", errs)
	}
	if signsIn(t, at, "wanted@example.org", ana) != (errs[0] == nil) || signsIn(t, at, "wanted@example.org", bo) != (errs[1] == nil) {
		t.Error("the address is not the winner's")
	}
	// A new password by the link, from the other region: once.
	changed, err := domain.NewEvent(domain.PasswordChanged, noon, random{}, nil)
	must(t, err)
	next := domain.Credential{Hash: "$argon2id$next", ChangedAt: noon.Add(time.Second)}
	must(t, in.AtHome().ChangePassword(t.Context(), ana.user.ID(), ana.credential.Hash, next, changed))
	is(t, at.ChangePassword(t.Context(), ana.user.ID(), ana.credential.Hash, domain.Credential{Hash: "other"}, changed), domain.ErrPasswordChanged)
}

func TestAChangeOfAddressTakesOverFromADeadRegistration(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, later)
	ana, dead := newPerson(t, "ana@example.org"), newPerson(t, "new@example.org")
	must(t, ana.register(t.Context(), accounts(stand, atNoon)))
	registerAndDie(t, stand, accounts(stand, atNoon), dead, 3)
	is(t, follow(t, accounts(stand, atNoon), ask(t, in, ana, "new@example.org", noon)), domain.ErrEmailTaken) // it may still live
	must(t, follow(t, in, ask(t, in, ana, "new@example.org", noon.Add(time.Second))))
	if !signsIn(t, in, "new@example.org", ana) || len(keys(t, in.Table, "USER#"+dead.user.ID().String())) != 0 {
		t.Errorf("the table holds %q", keys(t, in.Table, ""))
	}
	// Nobody ever takes a change's claim for a dead registration.
	is(t, newPerson(t, "new@example.org").register(t.Context(), accounts(stand, func() time.Time { return noon.Add(48 * time.Hour) })), domain.ErrEmailTaken)
	if !signsIn(t, in, "new@example.org", ana) {
		t.Error("the account is gone")
	}
}

// A confirmation sleeps before it gives the old address free; meanwhile its user goes back to that address.
func TestALateReleaseTakesNothingFromANewerClaim(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	first := ask(t, in, ana, "new@example.org", noon)
	asleep, awake := make(chan struct{}), make(chan struct{})
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action == "DeleteItem" && strings.Contains(body(r), "EMAIL#ana@") {
			close(asleep)
			<-awake
		}
		next.ServeHTTP(w, r)
	})
	done := make(chan error)
	go func() { done <- follow(t, in, first) }()
	<-asleep
	must(t, follow(t, in, ask(t, in, ana, "ana@example.org", noon.Add(time.Second))))
	close(awake)
	must(t, <-done)
	if !signsIn(t, in, "ana@example.org", ana) || signsIn(t, in, "new@example.org", ana) {
		t.Errorf("the account has lost its address: %q", keys(t, in.Table, "EMAIL#"))
	}
	if found := keys(t, in.Table, "EMAIL#"); len(found) != 1 {
		t.Errorf("claims %q, want one", found)
	}
	is(t, follow(t, in, first), domain.ErrLink) // too late: it claims, finds out, and gives back
	if found := keys(t, in.Table, "EMAIL#"); len(found) != 1 || !signsIn(t, in, "ana@example.org", ana) {
		t.Errorf("claims %q, want one", found)
	}
}
