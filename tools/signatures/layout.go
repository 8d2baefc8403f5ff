package main

import (
	"fmt"
	"go/token"
	"go/types"
)

var (
	wide   = types.SizesFor("gc", "amd64")
	narrow = types.SizesFor("gc", "386")
	locker = types.NewInterfaceType([]*types.Func{
		types.NewFunc(token.NoPos, nil, "Lock", types.NewSignatureType(nil, nil, nil, nil, nil, false)),
		types.NewFunc(token.NoPos, nil, "Unlock", types.NewSignatureType(nil, nil, nil, nil, nil, false)),
	}, nil).Complete()
)

// layout is the size and the alignment on 64 and on 32 bit; only structs and arrays need it, the
// reader knows the others.
func layout(t *types.Named) []string {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return []string{fmt.Sprintf("%d/%d,%d/%d", wide.Sizeof(t), wide.Alignof(t), narrow.Sizeof(t), narrow.Alignof(t))}
	}
	return nil
}

// lockPath names the lock that a copy of the type would copy, by the definition of vet's
// copylocks: a struct whose pointer is a sync.Locker while the value is none, and whatever holds
// one by value.
func lockPath(t types.Type, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	if seen == nil {
		seen = map[types.Type]bool{}
	}
	seen[t] = true
	for {
		array, ok := t.Underlying().(*types.Array)
		if !ok {
			break
		}
		t = array.Elem()
	}
	fields, ok := t.Underlying().(*types.Struct)
	if _, parameter := types.Unalias(t).(*types.TypeParam); parameter || !ok {
		return ""
	}
	if types.Implements(types.NewPointer(t), locker) && !types.Implements(t, locker) {
		return types.TypeString(t, nil)
	}
	for field := range fields.Fields() {
		if path := lockPath(field.Type(), seen); path != "" {
			return path
		}
	}
	return ""
}
