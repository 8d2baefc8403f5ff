package quote

import (
	"context"
	"time"
)

// patience is how long a customer waits for a price.
const patience = 300 * time.Millisecond

type answer struct {
	cents int64
	err   error
}

// PriceInTime is Price for customers who wait: a late answer is an error.
func (s *Service) PriceInTime(ctx context.Context, sku string) (int64, error) {
	answers := make(chan answer, 1)
	go func() {
		cents, err := s.Price(ctx, sku)
		answers <- answer{cents, err}
	}()

	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a := <-answers:
		return a.cents, a.err
	case <-timer.C:
		return 0, context.DeadlineExceeded
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
