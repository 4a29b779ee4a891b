package lambda

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// Binaries maps a main package, spelled as in Function.Package, to its executable. An executable is never changed: new
// code comes under a new path, unchanged code keeps its path.
type Binaries map[string]string

// BuildError is a failed compilation.
type BuildError struct {
	Output string // the compiler's messages, each with file:line:column relative to the module root
}

func (e *BuildError) Error() string { return "the functions do not compile:\n" + e.Output }

// Builder compiles the main packages of a module. Its methods must not run concurrently.
type Builder struct {
	Debug bool // build for a debugger: no optimisation, symbols kept, files under their real paths

	root     string
	dir      string
	packages []string // distinct
	current  Binaries
	replaced []string // executables that the latest build made obsolete; a start may still be using them
	number   int
}

// NewBuilder prepares to build packages, such as ./functions/progress/complete-lesson, of the module at root. The
// folder dir is the builder's own: it keeps what makes the next build fast, and the executables of this run, so only
// one builder may use it at a time.
func NewBuilder(root, dir string, packages []string) (*Builder, error) {
	root, rootErr := filepath.Abs(root)
	dir, dirErr := filepath.Abs(dir)
	if err := errors.Join(rootErr, dirErr); err != nil {
		return nil, err
	}
	b := &Builder{root: root, dir: dir, current: Binaries{}}
	byName := make(map[string]string)
	for _, pkg := range packages {
		name := path.Base(pkg)
		switch other := byName[name]; {
		case !strings.HasPrefix(pkg, "./") || path.Clean(pkg) != pkg[2:]:
			return nil, fmt.Errorf("package %q is not a clean path that begins with ./", pkg)
		case other == pkg:
			continue // two functions of the same code
		case other != "":
			return nil, fmt.Errorf("packages %s and %s would both be built as %s", other, pkg, name)
		}
		byName[name] = pkg
		b.packages = append(b.packages, pkg)
	}
	// Executables of an earlier run serve nobody now.
	if err := os.RemoveAll(filepath.Join(dir, "run")); err != nil {
		return nil, err
	}
	return b, os.MkdirAll(filepath.Join(dir, "build"), 0o755)
}

// Build compiles all packages for this machine in one go build, with the flags of a deployment, and shows its progress
// on progress, which may be nil. After a *BuildError the executables of the build before are still valid.
func (b *Builder) Build(ctx context.Context, progress io.Writer) (Binaries, error) {
	if len(b.packages) == 0 {
		return Binaries{}, nil
	}
	if progress == nil {
		progress = io.Discard
	}
	if err := b.compile(ctx, progress); err != nil {
		return nil, err
	}
	for _, old := range b.replaced {
		os.Remove(old) // Windows keeps it while it runs; the next run removes it
	}
	b.number, b.replaced = b.number+1, nil
	next := make(Binaries, len(b.packages))
	for _, pkg := range b.packages {
		built := filepath.Join(b.dir, "build", path.Base(pkg)+exeSuffix())
		if sameFile(built, b.current[pkg]) {
			next[pkg] = b.current[pkg]
			continue
		}
		next[pkg] = filepath.Join(b.dir, "run", fmt.Sprint(b.number), path.Base(pkg), "bootstrap"+exeSuffix())
		if err := linkOrCopy(built, next[pkg]); err != nil {
			return nil, fmt.Errorf("package %s gave no executable, is it a main package? %w", pkg, err)
		}
		b.replaced = append(b.replaced, b.current[pkg])
	}
	b.current = next
	return next, nil
}

func (b *Builder) compile(ctx context.Context, progress io.Writer) error {
	tool, err := exec.LookPath("go")
	if err != nil {
		return errors.New("the go command is not on PATH: install Go from https://go.dev/dl and run this again")
	}
	args := []string{"build", "-v", "-buildvcs=false", "-tags", "lambda.norpc", "-o", filepath.Join(b.dir, "build") + string(filepath.Separator)}
	if b.Debug {
		args = append(args, "-gcflags", "all=-N -l")
	} else {
		args = append(args, "-trimpath", "-ldflags", "-s -w")
	}
	cmd := exec.CommandContext(ctx, tool, append(args, b.packages...)...)
	cmd.Dir = b.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	setProcessGroup(cmd)
	cmd.Cancel = func() error { killGroup(cmd.Process); return nil }
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}

	runtime.LockOSThread() // see environment.run
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot run %s: %w", tool, err)
	}
	var compiled atomic.Int64
	stop := b.show(progress, &compiled)
	messages := readMessages(stderr, &compiled)
	err = cmd.Wait()
	stop(err)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if messages == "" {
		messages = err.Error()
	}
	return &BuildError{Output: messages}
}

// readMessages counts the packages that go build -v names and returns all other lines, which are errors.
func readMessages(r io.Reader, compiled *atomic.Int64) string {
	const limit = 64 << 10
	var messages strings.Builder
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		switch {
		case line == "" || strings.HasPrefix(line, "go: downloading "):
		case !strings.ContainsAny(strings.TrimSpace(line), " :#\t"):
			compiled.Add(1)
		case messages.Len() < limit:
			messages.WriteString(line)
		}
		if err != nil {
			return strings.TrimSpace(messages.String())
		}
	}
}

// show reports on the build until the returned function is called with its outcome: on a terminal one line that changes,
// elsewhere a line now and then.
func (b *Builder) show(w io.Writer, compiled *atomic.Int64) (stop func(error)) {
	begin := time.Now()
	every, before, after := 5*time.Second, "", "\n"
	if file, ok := w.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			every, before, after = 200*time.Millisecond, "\r\x1b[K", ""
		}
	}
	fmt.Fprintf(w, "%sbuilding %d functions%s", before, len(b.packages), after)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				fmt.Fprintf(w, "%sbuilding functions: %d packages compiled, %d of %d functions linked, %.0f s%s",
					before, compiled.Load(), b.linked(begin), len(b.packages), time.Since(begin).Seconds(), after)
			}
		}
	}()
	return func(err error) {
		close(quit)
		<-done
		outcome := "built"
		if err != nil {
			outcome = "could not build"
		}
		fmt.Fprintf(w, "%s%s %d functions in %.1f s\n", before, outcome, len(b.packages), time.Since(begin).Seconds())
	}
}

// linked counts the executables that this build has finished.
func (b *Builder) linked(since time.Time) (n int) {
	for _, pkg := range b.packages {
		info, err := os.Stat(filepath.Join(b.dir, "build", path.Base(pkg)+exeSuffix()))
		if err == nil && info.ModTime().After(since) {
			n++
		}
	}
	return n
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// linkOrCopy gives an executable a second name; go build replaces its target, it does not write into it.
func linkOrCopy(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if os.Link(from, to) == nil {
		return nil
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755)
}

func exeSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
