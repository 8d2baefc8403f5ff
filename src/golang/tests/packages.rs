//! Packages, and what two versions of the code share.

use std::sync::Arc;

use insta::assert_snapshot;

use super::super::read;
use super::source;
use crate::model::SourceFile;

fn shop() -> Vec<SourceFile> {
    vec![
        source("go.mod", "module example.com/shop\ngo 1.24"),
        source("cart/cart.go", "package cart\ntype Cart struct{ n int }\nfunc (c *Cart) Add() {}"),
        source(
            "cart/more.go",
            "package cart\nfunc (c Cart) Len() int { return c.n }\nvar limit = 3",
        ),
        source("cart/os_linux.go", "package cart\nfunc open() {}"),
        source("cart/os_darwin.go", "package cart\nfunc open() {}"),
        source("cart/cart_test.go", "package cart_test\nfunc TestAdd() {}"),
        source("cart/_old.go", "package cart\nfunc old() {}"),
        source("cart/README.md", "package cart"),
        source("broken/a.go", "package broken\nfunc f() {"),
        source("broken/empty.go", ""),
    ]
}

#[test]
fn a_package_is_a_directory_and_a_clause() {
    let code = read(&shop(), None, &|directory| directory == "elsewhere");
    let packages: Vec<_> = code
        .packages()
        .iter()
        .map(|it| {
            let names: Vec<_> = it.all().map(|it| it.item.identity()).collect();
            let kind = if it.is_external_test() { " (external test)" } else { "" };
            let partial = if it.is_partial() { " (partial)" } else { "" };
            format!("{}{kind}{partial}: {}", it.import_path().unwrap(), names.join(", "))
        })
        .collect();
    assert_snapshot!(packages.join("\n"), @r"
    example.com/shop/broken (partial): func f
    example.com/shop/cart: type Cart, Cart.Add, Cart.Len, var limit, func open, func open
    example.com/shop/cart (external test): func TestAdd
    ");
    let unread: Vec<_> = code.unread().iter().map(|it| &*it.path).collect();
    assert_eq!(unread, ["broken/a.go", "broken/empty.go"]);
    let cart = code.package_of(code.file("cart/more.go").unwrap()).unwrap();
    assert_eq!(cart.functions("open").count(), 2);
    assert_eq!(cart.methods("Cart", "Len").count(), 1);
    assert_eq!(cart.methods_of("Cart").len(), 2);
    assert_eq!(cart.vars("limit").next().unwrap().file.path().as_ref(), "cart/more.go");
    assert_eq!((cart.types("Cart").count(), cart.consts("limit").count()), (1, 0));
    assert!(code.package_of(code.file("cart/_old.go").unwrap()).is_none());
    let partial = read(&shop(), None, &|directory| directory == "cart");
    assert!(partial.packages().iter().all(|it| it.is_partial()));
}

#[test]
fn versions_share_what_is_the_same() {
    let base = read(&shop(), None, &|_| false);
    let mut files = shop();
    files[1].text = files[1].text.replace("Add", "Put").into();
    files[2].path = "cart/moved.go".into();
    let head = read(&files, Some(&base), &|_| false);
    let same = |path| Arc::ptr_eq(base.file(path).unwrap(), head.file(path).unwrap());
    assert!(same("cart/os_linux.go") && !same("cart/cart.go"));
    let (old, new) = (base.file("cart/more.go").unwrap(), head.file("cart/moved.go").unwrap());
    assert!(std::ptr::eq(old.text(), new.text()), "a moved file is not parsed again");
    assert_eq!(head.package_of(new).unwrap().methods("Cart", "Put").count(), 1);
    // Another go line makes other files of the same trees.
    files[0] = source("go.mod", "module example.com/shop\ngo 1.21");
    let older = read(&files, Some(&head), &|_| false);
    let file = older.file("cart/cart.go").unwrap();
    assert!(!file.loop_variables_per_iteration());
    assert!(std::ptr::eq(file.text(), head.file("cart/cart.go").unwrap().text()));
    assert!(head.file("cart/cart.go").unwrap().loop_variables_per_iteration());
}
