// Package quote tells customers what an order costs.
package quote

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrUnknown says that nobody sells an article.
var ErrUnknown = errors.New("unknown article")

// Line is one article of an order.
type Line struct {
	SKU   string
	Count int
}

// Quote is the price of an order.
type Quote struct {
	Cents    int64
	Currency string
}

// Supplier knows what one piece costs.
type Supplier interface {
	Price(ctx context.Context, sku string) (cents int64, err error)
}

// Service answers requests for quotes.
type Service struct {
	supplier Supplier

	mu    sync.RWMutex
	cache map[string]int64
}

// New returns a service that asks one supplier.
func New(supplier Supplier) *Service {
	return &Service{supplier: supplier, cache: make(map[string]int64)}
}

// Price returns what one piece costs, from the cache when it is known.
func (s *Service) Price(ctx context.Context, sku string) (int64, error) {
	s.mu.RLock()
	cents, known := s.cache[sku]
	s.mu.RUnlock()
	if known {
		return cents, nil
	}
	cents, err := s.supplier.Price(ctx, sku)
	if err != nil {
		return 0, fmt.Errorf("price of %s: %w", sku, err)
	}
	s.mu.Lock()
	s.cache[sku] = cents
	s.mu.Unlock()
	return cents, nil
}
