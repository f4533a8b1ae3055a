package conform

import (
	"encoding/json"
	"fmt"
	"math"
)

// numbers is a column in which null stands for a missing number (NaN). A bare number
// is a column of one, a truth value 0 or 1. Null instead of the column leaves it nil.
type numbers []float64

// UnmarshalJSON reads the column.
func (n *numbers) UnmarshalJSON(raw []byte) error {
	var column any
	if err := json.Unmarshal(raw, &column); err != nil {
		return err
	}
	values, is := column.([]any)
	if !is {
		if column == nil {
			*n = nil
			return nil
		}
		values = []any{column}
	}
	*n = make(numbers, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			(*n)[i] = math.NaN()
		case float64:
			(*n)[i] = v
		case bool:
			if v {
				(*n)[i] = 1
			}
		default:
			return fmt.Errorf("value %d, %v, is no number", i+1, v)
		}
	}
	return nil
}

// tool is the name of the recorded tool's package or function.
func (c Case) tool(field string) string {
	name, _ := c.Tool[field].(string)
	return name
}
