package quote

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Rates fetches what one euro is worth in other currencies today.
func Rates(url string) (map[string]float64, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, fmt.Errorf("fetch rates: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch rates: %s", resp.Status)
	}
	var rates map[string]float64
	if err := json.NewDecoder(resp.Body).Decode(&rates); err != nil {
		return nil, fmt.Errorf("read rates: %w", err)
	}
	return rates, nil
}
