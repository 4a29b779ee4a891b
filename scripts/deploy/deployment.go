package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// deployment is one run of the command.
type deployment struct {
	env       string
	members   []member // all regions of the environment
	selected  []member // those to deploy
	plan      bool
	unwatched bool // no alarm puts an update back
	confirm   func(question string) error
	world     world
	out       io.Writer

	account, version string
	state            map[string]*stack // by region; nil where there is none
	down             map[string]error  // regions that do not answer
	keys             map[string]string // versions of the keys by region
	alarms           map[string]string // regions and which of their rollback triggers are on
	first            bool              // no deployment has been finished yet
}

func (d *deployment) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// run prints a command that changes something, and runs it unless this is a plan.
func (d *deployment) run(ctx context.Context, command ...string) error {
	words := make([]string, len(command))
	for i, word := range command {
		if words[i] = word; strings.ContainsAny(word, " {}$*") {
			words[i] = "'" + word + "'"
		}
	}
	d.say("+ %s", strings.Join(words, " "))
	if d.plan {
		return nil
	}
	if err := d.world.Run(ctx, command, d.out); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command[:min(3, len(command))], " "), err)
	}
	return nil
}

// deploy brings the chosen regions up to date, one after the other.
func (d *deployment) deploy(ctx context.Context) error {
	if err := d.prepare(ctx); err != nil {
		return err
	}
	if err := d.run(ctx, "scripts/sam.sh", "build"); err != nil {
		return err
	}
	before := maps.Clone(d.state)
	var added []member
	for i, m := range d.selected {
		if d.down[m.region] != nil {
			continue
		}
		if d.state[m.region] == nil {
			added = append(added, m)
		}
		if err := d.rollOut(ctx, m); err != nil {
			return d.howToGoBack(i, before, err)
		}
	}
	if d.unwatched {
		d.say("# Until the next deployment, no alarm watches the updates and nothing protects the tables: scripts/deploy.sh %s", d.env)
		return d.report()
	}
	if err := d.finish(ctx, added); err != nil {
		return err
	}
	return d.report()
}

// prepare asks AWS how things stand, and refuses what could not end well before anything is
// changed.
func (d *deployment) prepare(ctx context.Context) error {
	wrong := problems(d.env, d.members)
	version, err := d.world.Ask(ctx, []string{"git", "describe", "--always", "--dirty"})
	if err != nil {
		return err
	}
	d.version = strings.TrimSpace(string(version))
	if err := d.look(ctx); err != nil {
		if !d.plan {
			return err
		}
		d.say("# AWS cannot be asked (%s): this is the plan of a first deployment.", firstLine(err))
		d.account, d.first = "$ACCOUNT", true
	}
	wrong = append(wrong, d.conflicts()...)
	if d.plan {
		for _, sentence := range wrong {
			d.say("# It would stop here: %s", sentence)
		}
	} else if len(wrong) > 0 {
		return fmt.Errorf("nothing was changed:\n  %s", strings.Join(wrong, "\n  "))
	}
	d.say("# %s, version %s, in this order: %s", d.env, d.version, strings.Join(regionsOf(d.selected), ", "))
	if d.members[0].confirm {
		if err := d.confirm(fmt.Sprintf("Deploy %s to %s?", d.env, strings.Join(regionsOf(d.selected), ", "))); err != nil {
			return err
		}
	}
	if err := d.fence(ctx); err != nil {
		return err
	}
	return d.clear(ctx)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// look reads the stacks of all regions and the keys of the chosen ones. A region that does not
// answer is left out, unless it is needed.
func (d *deployment) look(ctx context.Context) error {
	var identity struct{ Account string }
	if err := d.ask(ctx, &identity, "sts", "get-caller-identity"); err != nil {
		return err
	}
	d.account, d.first = identity.Account, true
	for _, m := range d.members {
		s, err := d.describe(ctx, m)
		chosen := slices.ContainsFunc(d.selected, func(c member) bool { return c.region == m.region })
		if err == nil && chosen {
			d.keys[m.region], err = d.keysVersion(ctx, m)
			if err == nil && s != nil && len(s.Triggers) > 0 {
				d.alarms[m.region], err = d.alarmsOn(ctx, m, s)
			}
		}
		switch {
		case isDown(err):
			d.down[m.region] = err
			d.say("# %s does not answer and is left out: %s", m.region, firstLine(err))
		case err != nil:
			return err
		case s != nil:
			d.state[m.region], d.first = s, d.first && s.Parameters["DeletionProtection"] != "true"
		}
	}
	return nil
}

// failedCreation reports whether a stack was never made: it can only be deleted ("Stack status
// codes").
func failedCreation(s *stack) bool {
	return slices.Contains([]string{"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}, s.Status)
}

// clear removes what failed first deployments left, so that they can be made again.
func (d *deployment) clear(ctx context.Context) error {
	for _, m := range d.selected {
		s := d.state[m.region]
		if s != nil && failedCreation(s) {
			d.say("# The first deployment of %s failed (%s): its remains are removed.", m.region, s.Status)
			if err := d.deleteStack(ctx, m); err != nil {
				return err
			}
			s, d.state[m.region] = nil, nil
		}
		if s != nil || d.plan || d.down[m.region] != nil {
			continue
		}
		left, err := d.leftovers(ctx, m)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("%s cannot be made, because an earlier environment left %s. To give up what they hold: scripts/deploy.sh --remove %s",
				m.region, strings.Join(left, ", "), d.env)
		}
	}
	return nil
}

func (d *deployment) deleteStack(ctx context.Context, m member) error {
	return errors.Join(d.run(ctx, "aws", "cloudformation", "delete-stack", "--region", m.region, "--stack-name", m.stack),
		d.run(ctx, "aws", "cloudformation", "wait", "stack-delete-complete", "--region", m.region, "--stack-name", m.stack))
}

// howToGoBack says what a failed region leaves, and how the ones before it are taken back.
func (d *deployment) howToGoBack(failed int, before map[string]*stack, cause error) error {
	m := d.selected[failed]
	text := fmt.Sprintf("%s failed: %v\n", m.region, cause)
	if before[m.region] == nil {
		text += "Its stack was being made. Mend the cause and run the same command again: it removes what is left and goes on.\n"
	} else {
		text += fmt.Sprintf("CloudFormation has put a failed update back; version %s ran there before.\n", before[m.region].Parameters["Version"])
	}
	var done []string
	for _, earlier := range d.selected[:failed] {
		if s := before[earlier.region]; s != nil && d.down[earlier.region] == nil {
			done = append(done, earlier.region)
		}
	}
	if rest := regionsOf(d.selected[failed+1:]); len(rest) > 0 {
		text += fmt.Sprintf("Not touched: %s.\n", strings.Join(rest, ", "))
	}
	if len(done) > 0 {
		text += fmt.Sprintf("%s has version %s. To go back there too: git switch --detach %s && scripts/deploy.sh %s %s",
			strings.Join(done, ", "), d.version, strings.TrimSuffix(before[done[0]].Parameters["Version"], "-dirty"), d.env, strings.Join(done, " "))
	}
	return errors.New(strings.TrimSpace(text))
}

// report says what was left out.
func (d *deployment) report() error {
	var left []string
	for _, m := range d.selected {
		if d.down[m.region] != nil {
			left = append(left, m.region)
		}
	}
	switch {
	case len(left) > 0 && d.plan:
		d.say("# It would end with an error, because %s was left out.", strings.Join(left, ", "))
	case len(left) > 0:
		return fmt.Errorf("%s did not answer and was left out. When it is back: scripts/deploy.sh %s %s", strings.Join(left, ", "), d.env, strings.Join(left, " "))
	}
	return nil
}
