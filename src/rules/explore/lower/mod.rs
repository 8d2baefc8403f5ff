//! Turns the Go of one package into the code that the machine runs, function by function, when one
//! is first asked for.
//!
//! What is not understood becomes [`Op::Opaque`](super::code::Op::Opaque) at its place. Types come
//! from `golang::types`; where they are unknown, values are passed on as they are.

mod assign;
mod branch;
mod builder;
mod builtin;
mod call;
mod choose;
mod constant;
mod convert;
mod entry;
mod expression;
mod function;
mod library;
mod literal;
mod loops;
mod method;
mod operator;
mod order;
mod place;
mod printed;
mod shapes;
mod show;
mod source;
mod statement;
mod value;
mod variable;
mod wrapper;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use self::shapes::Shapes;
use self::source::{Source, SourceKey};
use super::code::{Code, Function, FunctionId, GlobalId, Shape, TypeId};
use crate::golang::types::{Type, TypeInfo};
use crate::golang::{Declared, Field, GoFile, GoNode, Package};

/// A package as code. It remembers what it has made.
pub(in crate::rules) struct Program<'a, 'p> {
    types: &'a TypeInfo<'p>,
    package: &'p Package,
    /// The index of a file by its address.
    files: HashMap<usize, u16>,
    functions: RefCell<Vec<Made<'p>>>,
    by_source: RefCell<HashMap<SourceKey, FunctionId>>,
    shapes: RefCell<Shapes<'p>>,
    globals: RefCell<Vec<Global<'p>>>,
    by_name: RefCell<HashMap<(usize, u32), GlobalId>>,
    /// The names of methods with the lifetime of the package, for who asks with another.
    names: RefCell<HashMap<&'p str, ()>>,
    methods: RefCell<HashMap<(TypeId, &'p str), Option<FunctionId>>>,
}

/// A function that somebody has named.
struct Made<'p> {
    source: Source<'p>,
    function: Option<Rc<Function>>,
}

/// A variable of the package.
struct Global<'p> {
    declared: Declared<'p>,
    of: TypeId,
}

impl<'a, 'p> Program<'a, 'p> {
    /// Nothing is lowered before somebody asks.
    pub(in crate::rules) fn new(types: &'a TypeInfo<'p>) -> Self {
        let package = types.package();
        let files = package.files().iter().zip(0..).map(|(it, at)| (address(it), at)).collect();
        let names = package.all().filter(|it| it.item.receiver.is_some());
        let names = names.map(|it| (&*it.item.name, ())).collect();
        Self {
            types,
            package,
            files,
            functions: RefCell::default(),
            by_source: RefCell::default(),
            shapes: RefCell::default(),
            globals: RefCell::default(),
            by_name: RefCell::default(),
            names: RefCell::new(names),
            methods: RefCell::default(),
        }
    }

    /// The number of a function.
    fn id(&self, source: Source<'p>) -> FunctionId {
        let key = source.key(self);
        if let Some(id) = self.by_source.borrow().get(&key) {
            return *id;
        }
        let mut functions = self.functions.borrow_mut();
        let id = FunctionId(u32::try_from(functions.len()).unwrap_or(u32::MAX));
        functions.push(Made { source, function: None });
        self.by_source.borrow_mut().insert(key, id);
        id
    }

    /// The number of a type.
    fn type_id(&self, of: &Type<'p>) -> TypeId {
        self.shapes.borrow_mut().id(self.types, of)
    }

    /// The type of a number.
    fn type_of(&self, id: TypeId) -> Type<'p> {
        self.shapes.borrow().get(id)
    }

    /// The number of a variable of the package.
    fn global_id(&self, declared: Declared<'p>) -> GlobalId {
        let key = (address(declared.file), declared.item.name_span.start);
        if let Some(id) = self.by_name.borrow().get(&key) {
            return *id;
        }
        let of = self.type_id(&self.types.of_item(declared));
        let mut globals = self.globals.borrow_mut();
        let id = GlobalId(u32::try_from(globals.len()).unwrap_or(u32::MAX));
        globals.push(Global { declared, of });
        self.by_name.borrow_mut().insert(key, id);
        id
    }

    fn file_index(&self, file: &GoFile) -> u16 {
        self.files.get(&address(file)).copied().unwrap_or_default()
    }

    /// Remembers that an interface asks for a method.
    fn note_method(&self, name: &'p str) {
        self.names.borrow_mut().insert(name, ());
    }
}

impl Code for Program<'_, '_> {
    fn function(&self, id: FunctionId) -> Rc<Function> {
        let source = match self.functions.borrow().get(id.0 as usize) {
            Some(Made { function: Some(it), .. }) => return it.clone(),
            Some(it) => it.source.clone(),
            None => return Rc::new(Function::opaque("a function that nobody named")),
        };
        let made = Rc::new(self.lower(&source));
        if let Some(it) = self.functions.borrow_mut().get_mut(id.0 as usize) {
            it.function = Some(made.clone());
        }
        made
    }

    fn shape(&self, id: TypeId) -> Rc<Shape> {
        let known = self.shapes.borrow().shape(id);
        known.unwrap_or_else(|| {
            let shape = Rc::new(self.shape_of(&self.type_of(id)));
            self.shapes.borrow_mut().remember(id, shape.clone());
            shape
        })
    }

    fn method(&self, of: TypeId, name: &str) -> Option<FunctionId> {
        let name = self.names.borrow().get_key_value(name).map(|it| *it.0)?;
        if let Some(known) = self.methods.borrow().get(&(of, name)) {
            return *known;
        }
        let found = self.find_method(&self.type_of(of), name);
        self.methods.borrow_mut().insert((of, name), found);
        found
    }

    fn implements(&self, of: TypeId, interface: TypeId) -> Option<bool> {
        self.has_methods(&self.type_of(of), &self.type_of(interface))
    }

    fn global(&self, id: GlobalId) -> TypeId {
        let known = self.globals.borrow().get(id.0 as usize).map(|it| it.of);
        known.unwrap_or_else(|| self.type_id(&Type::Unknown))
    }

    fn initial(&self, id: GlobalId) -> Option<FunctionId> {
        let declared = self.globals.borrow().get(id.0 as usize)?.declared;
        let spec = declared.item.node(declared.file)?;
        spec.field(Field::Value)?;
        Some(self.id(Source::Initial(declared)))
    }
}

/// A file as part of a key.
fn address(file: &GoFile) -> usize {
    std::ptr::from_ref(file).addr()
}
