//go:build !unix

package testkit

import (
	"errors"
	"os/exec"
)

// account is whom the server runs as; without Unix there is none, and the tests need Unix.
type account struct{}

func unprivileged() (account, error) {
	return account{}, errors.New("the tests' own PostgreSQL server needs a Unix system")
}

func (account) become(*exec.Cmd) {}
func (account) own(string) error { return nil }
func apart(*exec.Cmd)            {}
