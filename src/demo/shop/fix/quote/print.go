package quote

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Print writes quotes as they come, one page each, until the channel is closed.
func Print(w io.Writer, quotes <-chan Quote) error {
	for q := range quotes {
		if err := printOne(w, q); err != nil {
			return fmt.Errorf("print a quote: %w", err)
		}
	}
	return nil
}

func printOne(w io.Writer, q Quote) error {
	page := pages.Get().(*bytes.Buffer)
	defer pages.Put(page)

	page.Reset()
	fmt.Fprintf(page, "%d.%02d %s\n", q.Cents/100, q.Cents%100, q.Currency)
	_, err := page.WriteTo(w)
	return err
}
