package conform

import "ohp/internal/stats/fdr"

// falseDiscovery answers as stats::pnorm and stats::p.adjust.
func falseDiscovery(c Case) (map[string]any, error) {
	var in struct {
		Z numbers `json:"z"`
	}
	if err := decode(c, &in, &struct{}{}); err != nil {
		return nil, err
	}
	two, one := make([]float64, len(in.Z)), make([]float64, len(in.Z))
	for i, z := range in.Z {
		two[i], one[i] = fdr.TwoSided(z), fdr.Upper(z)
	}
	hochberg := fdr.Adjust(nil, two, fdr.BenjaminiHochberg)
	found := func(level float64) int {
		n := 0
		for _, q := range hochberg {
			if q <= level {
				n++
			}
		}
		return n
	}
	return map[string]any{
		"points": table{
			"p2": two, "p1": one, "bh2": hochberg, "bh1": fdr.Adjust(nil, one, fdr.BenjaminiHochberg),
			"by2":         fdr.Adjust(nil, two, fdr.BenjaminiYekutieli),
			"bonferroni2": fdr.Adjust(nil, two, fdr.Bonferroni), "holm2": fdr.Adjust(nil, two, fdr.Holm),
		},
		"summary": table{"n_bh2_05": found(0.05), "n_bh2_10": found(0.10)},
	}, nil
}
