package quote

import "context"

// Order quotes a whole order, line by line.
func (s *Service) Order(ctx context.Context, lines []Line) (Quote, error) {
	total := Quote{Currency: "EUR"}
	for _, line := range lines {
		cents, err := s.PriceInTime(ctx, line.SKU)
		if err != nil {
			return Quote{}, err
		}
		total.Cents += cents * int64(line.Count)
	}
	return total, nil
}

// In converts the quote to another currency.
func (q Quote) In(currency string, rates map[string]float64) (Quote, bool) {
	rate, known := rates[currency]
	return Quote{Cents: int64(float64(q.Cents) * rate), Currency: currency}, known
}
