//! The Go code of the flow tests.

use super::Changes;

/// The rules that a comment may name.
pub(crate) const RULES: [&str; 3] =
    ["goroutine-leak-on-timeout", "http-client-no-timeout", "pool-put-deferred-in-loop"];

/// The repository before any pull request.
pub(crate) fn shop() -> Changes {
    Changes::new()
        .write("go.mod", "module example.com/shop\n\ngo 1.24\n")
        .write("README.md", "# Shop\n")
        .write("price.go", PRICE)
        .write("quotes.go", QUOTES)
}

/// What the branch `release` has and `main` has not.
pub(crate) fn release() -> Changes {
    Changes::new().write("README.md", "# Shop, released\n")
}

/// A file of the base, without anything to say about it.
pub(crate) const PRICE: &str = r#"package shop

import "context"

// Quote is what one piece costs.
type Quote struct{ Cents int64 }

func price(_ context.Context, sku string) Quote {
	return Quote{Cents: int64(len(sku))}
}
"#;

/// A file of the base that becomes `goroutine-leak-on-timeout` at line 12 without the buffer of
/// line 7, which is too far above for a diff to show both.
pub(crate) const QUOTES: &str = r#"package shop

import "context"

// Ask2 asks twice, and gives up with the context.
func Ask2(ctx context.Context, sku string) (Quote, error) {
	ch := make(chan Quote, 1)
	go func() {
		first := price(ctx, sku)
		second := price(ctx, sku)
		first.Cents += second.Cents
		ch <- first
	}()
	select {
	case q := <-ch:
		return q, nil
	case <-ctx.Done():
		return Quote{}, ctx.Err()
	}
}
"#;

/// `goroutine-leak-on-timeout` at line 8.
pub(crate) const LEAK: &str = r#"package shop

import "context"

// Ask returns the price of one piece, or gives up with the context.
func Ask(ctx context.Context, sku string) (Quote, error) {
	ch := make(chan Quote)
	go func() { ch <- price(ctx, sku) }()
	select {
	case q := <-ch:
		return q, nil
	case <-ctx.Done():
		return Quote{}, ctx.Err()
	}
}
"#;

/// The same without the leak, and without another line than the one of the channel changed.
pub(crate) fn leak_fixed() -> String {
    LEAK.replace("make(chan Quote)", "make(chan Quote, 1)")
}

/// The leak, two lines further down.
pub(crate) fn leak_moved() -> String {
    LEAK.replace("// Ask returns", "// Ask asks for a price.\n//\n// It returns")
}

/// `http-client-no-timeout` at line 7.
pub(crate) const NO_TIMEOUT: &str = r#"package shop

import "net/http"

// Rates fetches today's exchange rates.
func Rates(url string) (*http.Response, error) {
	return http.Get(url)
}
"#;

/// `pool-put-deferred-in-loop` at line 11.
pub(crate) const POOL: &str = r#"package shop

import "sync"

var buffers = sync.Pool{New: func() any { return new([4096]byte) }}

// Pack packs every order.
func Pack(orders []string) {
	for _, order := range orders {
		b := buffers.Get().(*[4096]byte)
		defer buffers.Put(b)
		copy(b[:], order)
	}
}
"#;

/// Go code that nobody can object to.
pub(crate) const CLEAN: &str = r#"package shop

// Sum adds up quotes.
func Sum(quotes []Quote) (cents int64) {
	for _, q := range quotes {
		cents += q.Cents
	}
	return cents
}
"#;
