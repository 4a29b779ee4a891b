package lambda

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long the sources must be quiet before a rebuild: an editor or a branch switch changes many files.
const settle = 200 * time.Millisecond

// Watch rebuilds whenever a file below one of the folders, relative to the module root, or go.mod or go.sum has changed,
// and calls deploy after each success. A failure is logged, and the code before stays in use. Tests, testdata and hidden
// files are ignored. It returns when ctx ends, or with an error when it cannot watch.
func (b *Builder) Watch(ctx context.Context, folders []string, log *slog.Logger, deploy func(Binaries)) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	if err := watcher.Add(b.root); err != nil { // for go.mod and go.sum alone
		return err
	}
	for _, folder := range folders {
		if err := watchTree(watcher, filepath.Join(b.root, folder)); err != nil {
			return err
		}
	}
	quiet := time.NewTimer(settle)
	quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-watcher.Errors: // changes were lost, so assume one
			log.Warn("watching the sources", "error", err)
			quiet.Reset(settle)
		case event := <-watcher.Events:
			if !b.matters(event) {
				continue
			}
			if event.Has(fsnotify.Create) {
				// A folder that is gone again needs no watch.
				if err := watchTree(watcher, event.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
					log.Warn("watching the sources", "error", err)
				}
			}
			quiet.Reset(settle)
		case <-quiet.C:
			b.rebuild(ctx, log, deploy)
		}
	}
}

func (b *Builder) rebuild(ctx context.Context, log *slog.Logger, deploy func(Binaries)) {
	begin, old := time.Now(), b.current
	next, err := b.Build(ctx, nil)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		log.Error("rebuild failed, the functions before stay in use", "error", err)
		return
	}
	changed := 0
	for pkg := range next {
		if next[pkg] != old[pkg] {
			changed++
		}
	}
	log.Info("rebuilt", "changed", changed, "duration", time.Since(begin).Round(time.Millisecond))
	deploy(next)
}

// matters reports whether a change can alter a function.
func (b *Builder) matters(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod {
		return false
	}
	name := filepath.Base(event.Name)
	if filepath.Dir(event.Name) == b.root {
		return name == "go.mod" || name == "go.sum"
	}
	return !ignored(name) && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "~")
}

func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"
}

// watchTree watches a folder and those below it; a file is no error.
func watchTree(watcher *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.IsDir():
			return nil
		case path != root && ignored(entry.Name()):
			return filepath.SkipDir
		}
		return watcher.Add(path)
	})
}
