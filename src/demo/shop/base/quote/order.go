package quote

import "context"

// Order quotes a whole order, line by line.
func (s *Service) Order(ctx context.Context, lines []Line) (Quote, error) {
	total := Quote{Currency: "EUR"}
	for _, line := range lines {
		cents, err := s.Price(ctx, line.SKU)
		if err != nil {
			return Quote{}, err
		}
		total.Cents += cents * int64(line.Count)
	}
	return total, nil
}
