// Package config holds what an operator decides: where the program listens, where its database is, how it logs.
package config

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"ohp/internal/kernel/errs"
)

// Config is filled from flags and the environment by the commands that embed it; the tags are kong's.
// A flag wins over the environment, which wins over the default.
type Config struct {
	Address   string `help:"Where to listen, as host:port. Until people can sign in, only this machine itself." default:"127.0.0.1:8080" env:"OHP_ADDRESS" placeholder:"HOST:PORT"`
	Database  string `help:"The database: the path of an SQLite file, or a PostgreSQL connection text." default:"var/ohp.db" env:"OHP_DATABASE" placeholder:"PATH"`
	LogFormat string `help:"How to write the log: text or json." default:"text" enum:"text,json" env:"OHP_LOG_FORMAT"`
}

// Validate refuses what cannot work or would not be safe; kong calls it after parsing. The error is Invalid, with words.
func (c Config) Validate() error {
	if err := checkAddress(c.Address); err != nil {
		return err
	}
	if c.Database == "" {
		return errs.New(errs.Invalid, "No database is named. Give --database the path of a file, such as var/ohp.db.")
	}
	return nil
}

// checkAddress holds the program to this machine: it shows figures about named practices, and cannot yet tell who asks.
func checkAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "The address %q is not host:port. Write it as 127.0.0.1:8080.", address)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errs.New(errs.Invalid, "%q in the address %q is not a port. Give a number from 1 to 65535, or 0 for any that is free.", port, address)
	}
	if Loopback(host) {
		return nil
	}
	return errs.New(errs.Invalid, "The address %q could be reached from other machines, and people cannot sign in yet: anybody there would see everything. Listen on 127.0.0.1:%s instead; to read from elsewhere, forward that port through ssh.", address, port)
}

// Loopback reports whether a host's name or address leads to this machine only.
func Loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// Logger returns a logger that writes to w in the configured format.
func (c Config) Logger(w io.Writer) (*slog.Logger, error) {
	switch c.LogFormat {
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	case "text", "":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	}
	return nil, errs.New(errs.Invalid, "The log format %q is neither text nor json.", c.LogFormat)
}
