package config

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"ohp/internal/kernel/errs"
)

func TestDefaultsAreValid(t *testing.T) {
	var c Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	if c.Address != "127.0.0.1:8080" || c.Database != "var/ohp.db" || c.LogFormat != "text" {
		t.Errorf("%+v", c)
	}
	if _, err := parser.Parse([]string{"--address", "0.0.0.0:80"}); err == nil || !strings.Contains(err.Error(), "cannot sign in") {
		t.Errorf("kong does not ask for validity: %v", err)
	}
	t.Setenv("OHP_DATABASE", "postgres://ohp@db/ohp")
	if _, err := parser.Parse([]string{"--address", "[::1]:0"}); err != nil || c.Database != "postgres://ohp@db/ohp" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestOnlyThisMachineMayReachIt(t *testing.T) {
	for _, address := range []string{"127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080", "localhost:0", "[::ffff:127.0.0.1]:8080"} {
		if err := (Config{Address: address, Database: "x"}).Validate(); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, words := range map[string]string{
		":8080": "other machines", "0.0.0.0:8080": "other machines", "[::]:8080": "other machines", "192.168.1.5:8080": "other machines",
		"ohp.example:80": "other machines", "8080": "not host:port", "127.0.0.1:http": "not a port", "127.0.0.1:65536": "not a port", "": "not host:port",
		"127.0.0.1.example.com:80": "other machines", "127.1:80": "other machines",
	} {
		err := Config{Address: address, Database: "x"}.Validate()
		if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Words(err), words) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := (Config{Address: "localhost:1"}).Validate(); err == nil {
		t.Error("no database was accepted")
	}
}

func TestLogger(t *testing.T) {
	for format, want := range map[string]string{"json": `"msg":"hello"`, "text": "msg=hello"} {
		var out strings.Builder
		log, err := Config{LogFormat: format}.Logger(&out)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("hello")
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %s", format, out.String())
		}
	}
	if _, err := (Config{LogFormat: "xml"}).Logger(nil); err == nil {
		t.Error("xml was accepted")
	}
}
