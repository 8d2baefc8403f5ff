//! How sure the rule about assertions is, which a page cannot show.

use super::check;

const KEYS: &str = "package p

import \"context\"

type userKey struct{}

func user(ctx context.Context) *User {
	return ctx.Value(userKey{}).(*User)
}
";

const FOUND: &str = "unchecked-type-assertion warning";
const USER: &str = "[func user]";

fn beside(code: &str) -> String {
    format!("package p\n\nimport \"context\"\n\n{code}\n")
}

#[test]
fn nobody_can_have_put_what_is_only_asked_for() {
    check(&[("a.go", KEYS)], &format!("a.go:8 {FOUND}/high {USER}"));
    let again = beside("func of(c context.Context) any { return c.Value(userKey{}) }");
    check(&[("a.go", KEYS), ("b.go", &again)], &format!("a.go:8 {FOUND}/high {USER}"));
}

#[test]
fn a_key_that_somebody_may_put_is_a_hint() {
    for put in [
        "func with(c context.Context, u *User) context.Context {\n\
         \treturn context.WithValue(c, userKey{}, u)\n}",
        "func key() any { return userKey{} }",
        "var key any = userKey{}",
    ] {
        let files = [("a.go", KEYS), ("b.go", &*beside(put))];
        check(&files, &format!("a.go:8 {FOUND}/low {USER}"));
    }
    // Another package can name the key, or an equal one.
    for (old, new) in [("userKey", "UserKey"), ("userKey{}", "userKey(\"user\")")] {
        check(&[("a.go", &KEYS.replace(old, new))], &format!("a.go:8 {FOUND}/low {USER}"));
    }
    // Test files put it for the tests alone, and yet.
    let test = beside("func with(c context.Context) any { return use(userKey{}) }");
    check(&[("a.go", KEYS), ("a_test.go", &test)], &format!("a.go:8 {FOUND}/low {USER}"));
}

#[test]
fn json_of_the_types_own_is_a_hint() {
    let decode = "package p

import \"encoding/json\"

func (e *event) UnmarshalJSON(b []byte) error {
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		return err
	}
	e.id = doc[\"id\"].(string)
	return nil
}
";
    let place = "[event.UnmarshalJSON]";
    check(&[("a.go", decode)], &format!("a.go:10 {FOUND}/medium {place}"));
    let encode = beside("func (e *event) MarshalJSON() ([]byte, error) { return nil, nil }");
    check(&[("a.go", decode), ("b.go", &encode)], &format!("a.go:10 {FOUND}/low {place}"));
}

#[test]
fn a_panic_in_a_goroutine_or_a_handler_is_critical() {
    let go = KEYS.replace("func user", "func all(c context.Context) { go user(c) }\n\nfunc user");
    let found = FOUND.replace("warning", "critical");
    check(&[("a.go", &go)], &format!("a.go:10 {found}/high {USER}"));
    let handler = "package p

import \"net/http\"

type userKey struct{}

func user(w http.ResponseWriter, r *http.Request) {
	use(r.Context().Value(userKey{}).(*User))
}
";
    check(&[("a.go", handler)], &format!("a.go:8 {found}/high {USER}"));
}
