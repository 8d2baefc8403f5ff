package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Dir        string
	Name       string
	Standard   bool
	DepOnly    bool
	GoFiles    []string
	ImportMap  map[string]string
	Module     *struct{ Path, Version, GoVersion string }
}

// loader type-checks packages from source, without function bodies: no compiled packages are
// needed, and the answer does not depend on what a build cache holds.
type loader struct {
	fset *token.FileSet
	done map[string]*types.Package
}

// list runs `go list -deps`, dependencies first, for a fixed platform.
func list(dir string, patterns ...string) ([]listed, error) {
	args := append([]string{"list", "-deps", "-json=ImportPath,Dir,Name,Standard,DepOnly,GoFiles,ImportMap,Module"}, patterns...)
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off",
		"GOEXPERIMENT=", "GOTOOLCHAIN=local")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.Bytes())
	}
	var all []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var it listed
		if err := decoder.Decode(&it); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, it)
	}
}

// check type-checks one package; what it imports must be done.
func (l *loader) check(it listed) error {
	if it.ImportPath == "unsafe" {
		l.done["unsafe"] = types.Unsafe
		return nil
	}
	var files []*ast.File
	for _, name := range it.GoFiles {
		file, err := parser.ParseFile(l.fset, filepath.Join(it.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	config := l.config(it)
	pkg, err := config.Check(it.ImportPath, l.fset, files, nil)
	if pkg == nil {
		return err
	}
	l.done[it.ImportPath] = pkg
	return nil
}

func newLoader() *loader {
	return &loader{fset: token.NewFileSet(), done: map[string]*types.Package{}}
}

// config is how a package is checked.
func (l *loader) config(it listed) types.Config {
	config := types.Config{
		Importer:         mapped{l, it.ImportMap},
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Sizes:            types.SizesFor("gc", "amd64"),
		Error:            func(error) {}, // Unused imports, without bodies.
	}
	if it.Module != nil && it.Module.GoVersion != "" {
		config.GoVersion = "go" + it.Module.GoVersion
	}
	return config
}

// mapped imports from what is done, with a package's own view of vendored paths.
type mapped struct {
	loader *loader
	paths  map[string]string
}

func (m mapped) Import(path string) (*types.Package, error) {
	if real, ok := m.paths[path]; ok {
		path = real
	}
	if pkg := m.loader.done[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s is not loaded", path)
}

// load type-checks the packages and everything that they need.
func load(patterns ...string) (*loader, []listed, error) {
	all, err := list(".", patterns...)
	if err != nil {
		return nil, nil, err
	}
	l := newLoader()
	var roots []listed
	for _, it := range all {
		if err := l.check(it); err != nil {
			return nil, nil, err
		}
		if !it.DepOnly && !strings.HasPrefix(it.ImportPath, "vendor/") {
			roots = append(roots, it)
		}
	}
	return l, roots, nil
}
