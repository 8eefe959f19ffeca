package table

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// Book is all that a run has measured.
type Book struct {
	Sections []Section
}

// Section is one table.
type Section struct {
	ID      string
	What    string
	Columns []string
	Rows    []Row
}

// Row has one number for each column. Note says why they do not count, or what
// else is to be known of them.
type Row struct {
	Name  string
	Cells []float64
	Note  string
}

// Add adds sections.
func (b *Book) Add(s ...Section) { b.Sections = append(b.Sections, s...) }

// Section finds a section by its ID.
func (b *Book) Section(id string) (s Section, ok bool) {
	i := slices.IndexFunc(b.Sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		return Section{}, false
	}
	return b.Sections[i], true
}

// Cell finds one number. ok is false if it is not there, or does not count.
func (b *Book) Cell(section, row, column string) (value float64, ok bool) {
	s, _ := b.Section(section)
	r := slices.IndexFunc(s.Rows, func(r Row) bool { return r.Name == row })
	c := slices.Index(s.Columns, column)
	if r < 0 || c < 0 || s.Rows[r].Note != "" {
		return 0, false
	}
	return s.Rows[r].Cells[c], true
}

// WriteFile writes b as JSON.
func (b *Book) WriteFile(name string) error {
	text, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

// ReadFile reads what WriteFile wrote.
func ReadFile(name string) (*Book, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	b := new(Book)
	if err := json.Unmarshal(text, b); err != nil {
		return nil, fmt.Errorf("table: %s: %w", name, err)
	}
	return b, nil
}
