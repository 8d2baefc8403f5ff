package main

import (
	"fmt"
	"go/types"
	"slices"
	"sort"
	"strings"
)

// entry gives flags to functions, methods (`net/http.Client.Do`) and types, and says why. A name
// that ends in `*` stands for all that begin so.
type entry struct {
	flags  string
	reason string
	names  []string
}

var (
	entries = byName()
	used    = map[string]bool{}
)

func byName() map[string][]string {
	all := map[string][]string{}
	for _, it := range written {
		for _, name := range it.names {
			all[name] = append(all[name], strings.Fields(it.flags)...)
		}
	}
	return all
}

// hand is what the list in written.go says of a name.
func hand(key string) []string {
	flags := slices.Clone(entries[key])
	if flags != nil {
		used[key] = true
	}
	for end := len(key) - 1; end > 0; end-- {
		if pattern := key[:end] + "*"; entries[pattern] != nil {
			used[pattern] = true
			flags = append(flags, entries[pattern]...)
		}
	}
	return flags
}

// unused complains about entries that name nothing: they are misspelt, or gone from the package.
func unused(std bool) error {
	var left []string
	for name := range entries {
		first, _, path := strings.Cut(name, "/")
		foreign := path && strings.Contains(first, ".")
		if !used[name] && foreign != std {
			left = append(left, name)
		}
	}
	sort.Strings(left)
	if len(left) > 0 {
		return fmt.Errorf("written.go names what does not exist: %s", strings.Join(left, ", "))
	}
	return nil
}

// flagsOf is what a call does: what its types show, and what written.go says.
func flagsOf(key string, signature *types.Signature) []string {
	var flags []string
	if remote(key) && takesContext(signature) {
		flags = append(flags, "blocks", "io")
	}
	if mutates(signature) {
		flags = append(flags, "mutates")
	}
	flags = append(flags, hand(key)...)
	sort.Strings(flags)
	return slices.Compact(flags)
}

// remote says whether a method is one of a client of some server.
func remote(key string) bool {
	for _, it := range clients {
		if strings.HasPrefix(key, it+".") {
			return true
		}
	}
	return false
}

func takesContext(signature *types.Signature) bool {
	params := signature.Params()
	return params.Len() > 0 && types.TypeString(params.At(0).Type(), nil) == "context.Context"
}

// mutates says whether a method writes its result into its receiver: math/big and what follows it
// call such a receiver z and return it.
func mutates(signature *types.Signature) bool {
	recv, results := signature.Recv(), signature.Results()
	if recv == nil || results.Len() == 0 || recv.Name() != "z" {
		return false
	}
	_, pointer := recv.Type().(*types.Pointer)
	return pointer && types.Identical(recv.Type(), results.At(0).Type())
}
