package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// weaken copies the tracked source to a folder and puts a mistake back.
func weaken(mutant, root string) error {
	edits := map[string][]edit{
		// One item for all regions instead of one for each.
		"plain-counters": {
			{"shared/platform/learning.go", "Region: e.Region(), Regions: e.Regions()", `Region: "all", Regions: []string{"all"}`},
			{"shared/platform/likes.go", "Region: e.Region(), Regions: e.Regions()", `Region: "all", Regions: []string{"all"}`},
			{"shared/dynamo/keys.go", `"COUNT#" + region`, `"COUNT#all"`},
		},
		// Each region decides by its own replica who has an address.
		"claim-anywhere": {{"shared/dynamo/accounts.go", "if a.Home == nil {", "if a.Home == nil || true {"},
			{"template.yaml", "MultiRegionConsistency: !If [IsStrong, STRONG, EVENTUAL]", "MultiRegionConsistency: EVENTUAL"}},
		// The score that arrives last in a region is its best.
		"arrival-order": {{"shared/domain/progress.go", "mine.BestScore = max(mine.BestScore, a.Score)", "mine.BestScore = a.Score"}},
		// The replica of the region that is asked decides whether a link to a new password still works.
		"link-anywhere": {{"functions/auth/reset-password/main.go", "home := env.Accounts().AtHome()", "home := env.Accounts()\n\thome.Home = nil"},
			{"template.yaml", "MultiRegionConsistency: !If [IsStrong, STRONG, EVENTUAL]", "MultiRegionConsistency: EVENTUAL"}},
		// Readers are sent to the bucket of the region that they ask.
		"read-here": {{"shared/objects/files.go", "return f.At(place), nil", "return f.Here, nil"}},
		// A refresh token that comes again ends its session at once.
		"no-grace": {{"shared/domain/session.go", "RefreshGrace = 10 * time.Second", "RefreshGrace = 0 * time.Second"}},
	}[mutant]
	if edits == nil {
		return fmt.Errorf("there is no mutant %q", mutant)
	}
	files, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, e := range edits {
			if e.file != name {
				continue
			}
			changed := strings.Replace(string(text), e.old, e.new, 1)
			if changed == string(text) {
				return fmt.Errorf("%s does not contain %q any more", name, e.old)
			}
			text = []byte(changed)
		}
		to := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

type edit struct{ file, old, new string }
