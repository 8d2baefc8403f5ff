// Command signatures writes the table of signatures that go-expert knows: what the functions,
// methods, fields, variables and constants of well-known packages are, and what calls of them do.
//
//	go run . std       the standard library of the toolchain at hand
//	go run . modules   the modules that go.mod pins
//	go run . types DIR the type of each expression of the packages below DIR, for comparing
//
// The first two print what src/golang/signatures has as std.txt and modules.txt.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "signatures:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	switch {
	case len(args) == 1 && args[0] == "std":
		l, roots, err := load("std")
		if err != nil {
			return err
		}
		return write(out, l, roots, "standard library", wanted)
	case len(args) == 1 && args[0] == "modules":
		l, roots, err := load(foreign...)
		if err != nil {
			return err
		}
		versions := map[string]string{}
		for _, it := range roots {
			versions[it.Module.Path] = it.Module.Version
		}
		var all []string
		for path, version := range versions {
			all = append(all, path+"@"+version)
		}
		sort.Strings(all)
		return write(out, l, roots, strings.Join(all, " "), func(string) bool { return true })
	case len(args) == 2 && args[0] == "types":
		return dump(out, args[1])
	}
	return fmt.Errorf("usage: signatures std | modules | types DIR")
}

// write prints the table: a header, then a section for each package.
func write(out *bufio.Writer, l *loader, roots []listed, what string, wanted func(string) bool) error {
	// Point releases do not change what packages export.
	version := strings.Split(runtime.Version(), ".")
	fmt.Fprintf(out, "# %s, %s; written by tools/signatures\n", strings.Join(version[:2], "."), what)
	sort.Slice(roots, func(a, b int) bool { return roots[a].ImportPath < roots[b].ImportPath })
	for _, it := range roots {
		if wanted(it.ImportPath) {
			out.WriteString(encode(l.done[it.ImportPath]))
		}
	}
	return unused(what == "standard library")
}
