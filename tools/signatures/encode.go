package main

import (
	"fmt"
	"go/types"
	"path"
	"sort"
	"strconv"
	"strings"
)

// unknown stands for types that the table does not spell out: the reader has no opinion of them.
const unknown = "?"

// section is what the table says of one package.
type section struct {
	pkg     *types.Package
	imports map[string]string // path by name in this section
	names   map[string]string // the reverse
	own     []*types.TypeParam
}

// spell writes a type nearly as Go does. Types of the section's package stand without its name,
// those of others with a name of the section's `i` lines; `$0` is the first parameter of the
// generic type around, `%0` that of the generic function.
func (s *section) spell(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return "unsafe.Pointer"
		}
		return strings.ReplaceAll(t.Name(), "untyped ", "~")
	case *types.Alias:
		if t.Obj().Pkg() == nil { // any
			return t.Obj().Name()
		}
		return s.spell(types.Unalias(t))
	case *types.Named:
		name := s.qualify(t.Obj())
		if args := t.TypeArgs(); args.Len() > 0 {
			var all []string
			for a := range args.Types() {
				all = append(all, s.spell(a))
			}
			name += "[" + strings.Join(all, ",") + "]"
		}
		return name
	case *types.TypeParam:
		for at, it := range s.own {
			if it == t {
				return "$" + strconv.Itoa(at)
			}
		}
		return "%" + strconv.Itoa(t.Index())
	case *types.Pointer:
		return "*" + s.spell(t.Elem())
	case *types.Slice:
		return "[]" + s.spell(t.Elem())
	case *types.Array:
		return "[" + strconv.FormatInt(t.Len(), 10) + "]" + s.spell(t.Elem())
	case *types.Map:
		return "map[" + s.spell(t.Key()) + "]" + s.spell(t.Elem())
	case *types.Chan:
		return map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()] + s.spell(t.Elem())
	case *types.Signature:
		return "func" + s.signature(t)
	case *types.Interface:
		if t.NumMethods() == 0 && t.NumEmbeddeds() == 0 {
			return "any"
		}
	case *types.Struct:
		if t.NumFields() == 0 {
			return "struct{}"
		}
	}
	return unknown
}

func (s *section) signature(t *types.Signature) string {
	var params []string
	for at := range t.Params().Len() {
		param := t.Params().At(at).Type()
		if slice, ok := param.(*types.Slice); ok && t.Variadic() && at == t.Params().Len()-1 {
			params = append(params, "..."+s.spell(slice.Elem()))
		} else {
			params = append(params, s.spell(param))
		}
	}
	var results []string
	for it := range t.Results().Variables() {
		results = append(results, s.spell(it.Type()))
	}
	text := "(" + strings.Join(params, ",") + ")"
	if len(results) == 1 && !strings.HasPrefix(results[0], "(") {
		return text + results[0]
	}
	if len(results) > 0 {
		text += "(" + strings.Join(results, ",") + ")"
	}
	return text
}

func (s *section) qualify(name *types.TypeName) string {
	pkg := name.Pkg()
	if pkg == nil || pkg == s.pkg {
		return name.Name()
	}
	local, ok := s.names[pkg.Path()]
	if !ok {
		local = pkg.Name()
		for n := 2; s.imports[local] != ""; n++ {
			local = pkg.Name() + strconv.Itoa(n)
		}
		s.names[pkg.Path()], s.imports[local] = local, pkg.Path()
	}
	return local + "." + name.Name()
}

// encode writes the section of one package.
func encode(pkg *types.Package) string {
	s := &section{pkg: pkg, imports: map[string]string{}, names: map[string]string{}}
	var body strings.Builder
	scope := pkg.Scope()
	written, wanted := map[string]bool{}, []string{}
	for _, name := range scope.Names() {
		if scope.Lookup(name).Exported() {
			wanted = append(wanted, name)
		}
	}
	lines := map[string]string{}
	// Unexported types follow where exported ones show them: their methods are reachable.
	for len(wanted) > 0 {
		name := wanted[0]
		wanted = wanted[1:]
		if written[name] {
			continue
		}
		written[name] = true
		object := scope.Lookup(name)
		lines[name] = s.object(object)
		wanted = append(wanted, shown(pkg, object)...)
	}
	for _, name := range sorted(lines) {
		body.WriteString(lines[name])
	}
	var head strings.Builder
	head.WriteString("@" + pkg.Path() + " " + pkg.Name() + "\n")
	for _, name := range sorted(s.imports) {
		if importPath := s.imports[name]; path.Base(importPath) == name {
			head.WriteString("i" + importPath + "\n")
		} else {
			head.WriteString("i" + importPath + " " + name + "\n")
		}
	}
	return head.String() + body.String()
}

func sorted(of map[string]string) []string {
	var names []string
	for name := range of {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// object writes the lines of one top-level name.
func (s *section) object(object types.Object) string {
	key := s.pkg.Path() + "." + object.Name()
	switch object := object.(type) {
	case *types.Const:
		text := "c" + object.Name() + " " + s.spell(object.Type())
		if value := object.Val().ExactString(); integer(object) && len(value) < 21 {
			text += "=" + value
		}
		return text + "\n"
	case *types.Var:
		return "v" + object.Name() + " " + s.spell(object.Type()) + "\n"
	case *types.Func:
		signature := object.Signature()
		return "f" + object.Name() + s.signature(signature) + flagged(flagsOf(key, signature)) + "\n"
	case *types.TypeName:
		return s.typeName(key, object)
	}
	return ""
}

func integer(c *types.Const) bool {
	basic, ok := c.Type().Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

func flagged(flags []string) string {
	if len(flags) == 0 {
		return ""
	}
	return "\t" + strings.Join(flags, " ")
}

// typeName writes a type, its fields and its methods.
func (s *section) typeName(key string, object *types.TypeName) string {
	if object.IsAlias() {
		alias, generic := object.Type().(*types.Alias)
		if generic && alias.TypeParams().Len() > 0 {
			return "a" + object.Name() + " " + unknown + "\n"
		}
		return "a" + object.Name() + " " + s.spell(types.Unalias(object.Type())) + "\n"
	}
	named := object.Type().(*types.Named)
	s.own = nil
	for it := range named.TypeParams().TypeParams() {
		s.own = append(s.own, it)
	}
	text, flags := "t"+object.Name(), hand(key)
	if len(s.own) > 0 {
		text += "[" + strconv.Itoa(len(s.own)) + "]"
	} else {
		flags = append(flags, layout(named)...)
	}
	if copied := lockPath(named, nil); copied != "" {
		flags = append(flags, "lock="+copied)
	}
	var members strings.Builder
	switch under := named.Underlying().(type) {
	case *types.Struct:
		text += " struct"
		for field := range under.Fields() {
			switch {
			case field.Embedded():
				fmt.Fprintf(&members, "+%s %s\n", field.Name(), s.spell(field.Type()))
			case field.Exported():
				fmt.Fprintf(&members, ".%s %s\n", field.Name(), s.spell(field.Type()))
			}
		}
	case *types.Interface:
		text += " interface"
		if !under.IsMethodSet() {
			text = strings.TrimSuffix(text, "interface") + unknown
		}
		for it := range under.EmbeddedTypes() {
			fmt.Fprintf(&members, "+_ %s\n", s.spell(it))
		}
		for method := range under.ExplicitMethods() {
			members.WriteString(s.method("m", key, method))
		}
	default:
		text += " " + s.spell(under)
	}
	for at := range named.NumMethods() {
		method := named.Method(at)
		// A generic type's methods have parameters of their own.
		s.own = nil
		for it := range method.Signature().RecvTypeParams().TypeParams() {
			s.own = append(s.own, it)
		}
		kind := "m"
		if _, pointer := types.Unalias(method.Signature().Recv().Type()).(*types.Pointer); pointer {
			kind = "p"
		}
		members.WriteString(s.method(kind, key, method))
	}
	s.own = nil
	return text + flagged(flags) + "\n" + members.String()
}

func (s *section) method(kind, key string, method *types.Func) string {
	if !method.Exported() {
		return ""
	}
	signature := method.Signature()
	return kind + method.Name() + s.signature(signature) + flagged(flagsOf(key+"."+method.Name(), signature)) + "\n"
}

// shown names the unexported types of the package that an object's lines mention.
func shown(pkg *types.Package, object types.Object) []string {
	var names []string
	seen := map[types.Type]bool{}
	var visit func(t types.Type, inside bool)
	visit = func(t types.Type, inside bool) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := types.Unalias(t).(type) {
		case *types.Named:
			name := t.Origin().Obj()
			if name.Pkg() == pkg && !name.Exported() && pkg.Scope().Lookup(name.Name()) == name {
				names = append(names, name.Name())
			}
			for a := range t.TypeArgs().Types() {
				visit(a, false)
			}
			if !inside {
				return
			}
			switch under := t.Underlying().(type) {
			case *types.Struct:
				for field := range under.Fields() {
					if field.Embedded() || field.Exported() {
						visit(field.Type(), false)
					}
				}
			case *types.Interface:
				for it := range under.EmbeddedTypes() {
					visit(it, false)
				}
				for it := range under.ExplicitMethods() {
					visit(it.Type(), false)
				}
			default:
				visit(under, false)
			}
			for at := range t.NumMethods() {
				if method := t.Method(at); method.Exported() {
					visit(method.Type(), false)
				}
			}
		case interface{ Elem() types.Type }:
			visit(t.Elem(), false)
			if m, ok := t.(*types.Map); ok {
				visit(m.Key(), false)
			}
		case *types.Signature:
			for it := range t.Params().Variables() {
				visit(it.Type(), false)
			}
			for it := range t.Results().Variables() {
				visit(it.Type(), false)
			}
		}
	}
	_, isType := object.(*types.TypeName)
	visit(object.Type(), isType)
	return names
}
