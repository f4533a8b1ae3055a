package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"iter"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Each runs a query and yields its rows one by one as T: a struct whose fields name their columns by `db` tags, or a single
// value of a basic type, []byte or a sql.Scanner. An error is yielded last. Use it where rows are too many to hold.
func Each[T any](ctx context.Context, q Queryer, query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rows, err := q.QueryContext(ctx, query, args...)
		if err != nil {
			yield(*new(T), fault(err))
			return
		}
		defer rows.Close()
		var row T
		pointers, err := destinations(rows, &row)
		for err == nil && rows.Next() {
			row = *new(T)
			if err = rows.Scan(pointers...); err == nil && !yield(row, nil) {
				return
			}
		}
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			yield(*new(T), noteRead(q, err))
		}
	}
}

// noteRead tells a transaction of an error that came up only while its rows were read.
func noteRead(q Queryer, err error) error {
	if tx, ok := q.(*Tx); ok {
		return tx.note(err)
	}
	return fault(err)
}

// Collect returns all rows of a query; no rows give a nil slice. T is as for Each.
func Collect[T any](ctx context.Context, q Queryer, query string, args ...any) ([]T, error) {
	var out []T
	for row, err := range Each[T](ctx, q, query, args...) {
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// One returns the only row of a query: ErrNotFound when there is none, and an error when there are more, because then
// which of them is first would be chance. T is as for Each.
func One[T any](ctx context.Context, q Queryer, query string, args ...any) (T, error) {
	var out T
	found := false
	for row, err := range Each[T](ctx, q, query, args...) {
		if err != nil {
			return *new(T), err
		}
		if found {
			return *new(T), fmt.Errorf("store: more than one row where one was expected")
		}
		out, found = row, true
	}
	if !found {
		return out, ErrNotFound
	}
	return out, nil
}

// Exec runs a statement and returns how many rows it changed.
func Exec(ctx context.Context, q Queryer, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fault(err)
	}
	return result.RowsAffected()
}

// Insert writes row, a struct or a pointer to one, as a new row of table: every field with a `db` tag. For many rows
// prepare the statement instead.
func Insert(ctx context.Context, q Queryer, table string, row any) error {
	c, v, err := columnsOf(table, row)
	if err != nil {
		return err
	}
	_, err = Exec(ctx, q, "insert into "+table+" ("+strings.Join(c.names, ", ")+") values ("+Marks(1, len(c.names))+")", c.values(v)...)
	return err
}

// Update writes every tagged field of row where the column id matches. With a field version it is locked: the row must still
// have the version that was read, or the answer is ErrConflict, and the stored version becomes one higher (row itself is not changed).
// ErrNotFound when there is no such id.
func Update(ctx context.Context, q Queryer, table string, row any) error {
	c, v, err := columnsOf(table, row)
	if err != nil {
		return err
	}
	id := c.mark("id")
	if id == 0 {
		return fmt.Errorf("store: %s has no field id to update by", v.Type())
	}
	where, version := fmt.Sprintf("id = $%d", id), c.mark("version")
	if version > 0 {
		where += fmt.Sprintf(" and version = $%d", version)
	}
	n, err := Exec(ctx, q, "update "+table+" set "+c.assignments()+" where "+where, c.values(v)...)
	if err != nil || n > 0 {
		return err
	}
	return missed(ctx, q, table, c.values(v)[id-1], version > 0)
}

// missed tells why an update met no row.
func missed(ctx context.Context, q Queryer, table string, id any, locked bool) error {
	if !locked {
		return ErrNotFound
	}
	if _, err := One[int64](ctx, q, "select version from "+table+" where id = $1", id); err != nil {
		return err
	}
	return ErrConflict
}

// columns are the tagged fields of a struct type, in order.
type columns struct {
	names []string
	index map[string][]int
	err   error
}

var (
	columnsByType sync.Map // reflect.Type → *columns
	identifier    = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
)

func columnsOfType(t reflect.Type) *columns {
	if c, ok := columnsByType.Load(t); ok {
		return c.(*columns)
	}
	c := &columns{index: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		if name, ok := f.Tag.Lookup("db"); ok {
			c.add(t, f, name)
		}
	}
	columnsByType.Store(t, c)
	return c
}

func (c *columns) add(t reflect.Type, f reflect.StructField, name string) {
	switch {
	case !f.IsExported():
		c.err = fmt.Errorf("store: field %s of %s has a db tag but is not exported", f.Name, t)
	case !identifier.MatchString(name):
		c.err = fmt.Errorf("store: %q, the db tag of %s.%s, is no column name", name, t, f.Name)
	case c.index[name] != nil:
		c.err = fmt.Errorf("store: two fields of %s are column %q", t, name)
	case throughPointer(t, f.Index):
		c.err = fmt.Errorf("store: field %s of %s is inside an embedded pointer; embed the struct itself", f.Name, t)
	}
	c.names = append(c.names, name)
	c.index[name] = f.Index
}

func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

func columnsOf(table string, row any) (*columns, reflect.Value, error) {
	v := reflect.Indirect(reflect.ValueOf(row))
	switch {
	case !identifier.MatchString(table):
		return nil, v, fmt.Errorf("store: %q is no table name", table)
	case v.Kind() != reflect.Struct:
		return nil, v, fmt.Errorf("store: a row of %s must be a struct, not %T", table, row)
	}
	c := columnsOfType(v.Type())
	if c.err == nil && len(c.names) == 0 {
		return nil, v, fmt.Errorf("store: %s has no field with a db tag", v.Type())
	}
	return c, v, c.err
}

// mark returns the number of a column's placeholder, and 0 when there is no such column.
func (c *columns) mark(name string) int {
	for i, n := range c.names {
		if n == name {
			return i + 1
		}
	}
	return 0
}

// assignments sets every column from its placeholder, but raises the version, whose placeholder the condition uses.
func (c *columns) assignments() string {
	parts := make([]string, len(c.names))
	for i, n := range c.names {
		parts[i] = fmt.Sprintf("%s = $%d", n, i+1)
		if n == "version" {
			parts[i] = "version = version + 1"
		}
	}
	return strings.Join(parts, ", ")
}

func (c *columns) values(v reflect.Value) []any {
	out := make([]any, len(c.names))
	for i, n := range c.names {
		out[i] = v.FieldByIndex(c.index[n]).Interface()
	}
	return out
}

// destinations returns where rows.Scan must put each column of rows to fill *row.
func destinations[T any](rows *sql.Rows, row *T) ([]any, error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(row).Elem()
	if isScalar(v.Type()) {
		if len(names) != 1 {
			return nil, fmt.Errorf("store: %d columns cannot be read as one %s", len(names), v.Type())
		}
		return []any{row}, nil
	}
	c := columnsOfType(v.Type())
	if c.err != nil {
		return nil, c.err
	}
	pointers := make([]any, len(names))
	for i, n := range names {
		index := c.index[n]
		if index == nil {
			return nil, fmt.Errorf("store: %s has no field with the tag db:%q", v.Type(), n)
		}
		pointers[i] = v.FieldByIndex(index).Addr().Interface()
	}
	return pointers, nil
}

func isScalar(t reflect.Type) bool {
	return t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]()) || t.Implements(reflect.TypeFor[driver.Valuer]())
}
