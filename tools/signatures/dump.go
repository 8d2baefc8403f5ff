package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/types"
	"path/filepath"
	"sort"
	"strings"
)

// dump prints `file, start, end, type, type with aliases, value` for each expression of the
// packages below a directory, as go/types has it; the value is there where it is an integer
// constant. Offsets are bytes; test files are left out.
func dump(out *bufio.Writer, dir string) error {
	all, err := list(dir, "./...")
	if err != nil {
		return err
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	l := newLoader()
	for _, it := range all {
		if it.DepOnly {
			if err := l.check(it); err != nil {
				return err
			}
			continue
		}
		if err := l.dump(out, root, it); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) dump(out *bufio.Writer, root string, it listed) error {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	var files []*ast.File
	for _, name := range it.GoFiles {
		file, err := parser.ParseFile(l.fset, filepath.Join(it.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	config := l.config(it)
	config.IgnoreFuncBodies = false
	pkg, err := config.Check(it.ImportPath, l.fset, files, info)
	if pkg == nil {
		return err
	}
	l.done[it.ImportPath] = pkg
	found := map[string]bool{}
	add := func(node ast.Node, of types.Type, value constant.Value) {
		from, to := l.fset.Position(node.Pos()), l.fset.Position(node.End())
		name, err := filepath.Rel(root, from.Filename)
		if err == nil && of != nil {
			text := ""
			if value != nil && constant.ToInt(value).Kind() == constant.Int {
				text = constant.ToInt(value).ExactString()
				// A float's value is rounded; we say what it was before.
				if basic, ok := of.Underlying().(*types.Basic); !ok || basic.Info()&(types.IsInteger|types.IsUntyped) == 0 {
					text = "?"
				}
			}
			found[fmt.Sprintf("%s\t%d\t%d\t%s\t%s\t%s", name, from.Offset, to.Offset, full(of, false), full(of, true), text)] = true
		}
	}
	for node, of := range info.Types {
		if of.IsValue() {
			add(node, of.Type, of.Value)
		}
	}
	for _, uses := range []map[*ast.Ident]types.Object{info.Defs, info.Uses} {
		for node, object := range uses {
			switch object := object.(type) {
			case *types.Var:
				add(node, object.Type(), nil)
			case *types.Const:
				add(node, object.Type(), object.Val())
			}
		}
	}
	lines := make([]string, 0, len(found))
	for line := range found {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	for _, line := range lines {
		out.WriteString(line + "\n")
	}
	return nil
}

// full writes a type as the Rust side shows it.
func full(t types.Type, aliases bool) string {
	each := func(tuple *types.Tuple, variadic bool) string {
		var all []string
		for at := range tuple.Len() {
			it := tuple.At(at).Type()
			if slice, ok := it.(*types.Slice); ok && variadic && at == tuple.Len()-1 {
				all = append(all, "..."+full(slice.Elem(), aliases))
			} else {
				all = append(all, full(it, aliases))
			}
		}
		return strings.Join(all, ", ")
	}
	named := func(name *types.TypeName, args *types.TypeList) string {
		text := name.Name()
		if name.Pkg() != nil {
			text = name.Pkg().Path() + "." + text
		}
		var all []string
		for a := range args.Types() {
			all = append(all, full(a, aliases))
		}
		if len(all) > 0 {
			text += "[" + strings.Join(all, ",") + "]"
		}
		return text
	}
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return "unsafe.Pointer"
		}
		return types.Typ[t.Kind()].Name()
	case *types.Alias:
		if t.Obj().Pkg() != nil && aliases {
			return named(t.Obj(), t.TypeArgs())
		}
		return full(types.Unalias(t), aliases)
	case *types.Named:
		return named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		return "$" + t.Obj().Name()
	case *types.Pointer:
		return "*" + full(t.Elem(), aliases)
	case *types.Slice:
		return "[]" + full(t.Elem(), aliases)
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), full(t.Elem(), aliases))
	case *types.Map:
		return "map[" + full(t.Key(), aliases) + "]" + full(t.Elem(), aliases)
	case *types.Chan:
		return map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()] + full(t.Elem(), aliases)
	case *types.Signature:
		text := "func(" + each(t.Params(), t.Variadic()) + ")"
		switch t.Results().Len() {
		case 0:
			return text
		case 1:
			return text + " " + each(t.Results(), false)
		}
		return text + " (" + each(t.Results(), false) + ")"
	case *types.Struct:
		if t.NumFields() > 0 {
			return "struct{…}"
		}
		return "struct{}"
	case *types.Interface:
		if t.NumMethods()+t.NumEmbeddeds() > 0 {
			return "interface{…}"
		}
		return "any"
	case *types.Tuple:
		return "(" + each(t, false) + ")"
	}
	return "?"
}
