//! Which strings that grow in a loop get a comment, and which a hint.

use super::check;

fn code(head: &str, part: &str) -> String {
    format!(
        "package p

import (
	\"bufio\"
	\"database/sql\"
	\"net/http\"
)

func all(w http.ResponseWriter, r *http.Request, in *bufio.Scanner, rows *sql.Rows) {{
	text := \"\"
	for {head} {{
		text += {part}
	}}
	w.Write([]byte(text))
}}
"
    )
}

#[test]
fn a_loop_that_reads_its_input_gets_a_comment() {
    for head in ["in.Scan()", "rows.Next()"] {
        check(
            &[("a.go", &code(head, "line(in, rows) + \"\\n\""))],
            "a.go:12 string-concat-in-loop advice/high [func all]",
        );
    }
}

#[test]
fn any_other_loop_gets_a_hint_however_hot() {
    for head in ["_, it := range load(r)", "it := range names", "i := 0; i < n(r); i++"] {
        check(
            &[("a.go", &code(head, "\"<li>\""))],
            "a.go:12 string-concat-in-loop advice/low [func all]",
        );
    }
}
