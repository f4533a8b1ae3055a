package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ohp/internal/kernel/store"
)

// server is the PostgreSQL server of this test process.
type server struct {
	dir  string         // holds the data, the log and the socket
	life io.WriteCloser // the server ends when this closes; kept here, or it would be closed as garbage

	mu        sync.Mutex
	count     int
	templates map[string]string // by what was migrated: the database that new ones are copied from
}

var startServer = sync.OnceValues(func() (*server, error) {
	s, err := newServer()
	if err != nil {
		return nil, fmt.Errorf("these tests need a PostgreSQL server: run make setup, or set OHP_PG_BIN to the folder of initdb and postgres (%w)", err)
	}
	return s, nil
})

// theServer starts the server at the first call. Without it the test fails: a test that was skipped in silence proves nothing.
func theServer(t testing.TB) *server {
	t.Helper()
	s, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newServer() (*server, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(socketFolder(), "ohp-pg-")
	if err != nil {
		return nil, err
	}
	if err := as.own(dir); err != nil {
		return nil, err
	}
	if err := makeCluster(bin, filepath.Join(dir, "data"), as); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	life, err := run(bin, dir, as)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	s := &server{dir: dir, life: life, templates: map[string]string{}}
	return s, s.wait()
}

// socketFolder avoids long temporary paths: a socket's path has about a hundred characters.
func socketFolder() string {
	if info, err := os.Stat("/tmp"); err == nil && info.IsDir() {
		return "/tmp"
	}
	return os.TempDir()
}

// postgresPrograms finds the folder of the server's programs; Debian keeps them out of PATH, one folder for each version.
func postgresPrograms() (string, error) {
	folders := []string{os.Getenv("OHP_PG_BIN")}
	if folders[0] == "" {
		folders = filepath.SplitList(os.Getenv("PATH"))
		for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin"} {
			found, _ := filepath.Glob(pattern)
			slices.Reverse(found) // the newest first
			folders = append(folders, found...)
		}
	}
	for _, folder := range folders {
		if executable(filepath.Join(folder, "initdb")) && executable(filepath.Join(folder, "postgres")) {
			return folder, nil
		}
	}
	return "", fmt.Errorf("no initdb and postgres in %s", strings.Join(folders, ", "))
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// clusterSettings make the same text order and letters on every machine, and a small, quickly copied cluster.
var clusterSettings = []string{"--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync", "--no-instructions"}

// makeCluster fills data with a new cluster. initdb takes over a second, and every package's tests need one: the first
// result is kept in the user's cache as an archive, which unpacks in a tenth of that.
func makeCluster(bin, data string, as account) error {
	archive, err := clusterArchive(bin)
	if err == nil {
		if err := unpack(archive, data, as); err == nil {
			return nil
		}
		os.RemoveAll(data)
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), append([]string{"-D", data}, clusterSettings...)...)
	initdb.Dir = filepath.Dir(data)
	as.become(initdb)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if archive != "" {
		pack(data, archive) // only a cache: without it the next process runs initdb again
	}
	return nil
}

// clusterArchive is where the cluster of this version, made with these settings, is kept.
func clusterArchive(bin string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	version, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(string(version) + strings.Join(clusterSettings, " ")))
	return filepath.Join(cache, "ohp", "postgres-"+hex.EncodeToString(sum[:8])+".tar"), nil
}

// watch runs the server for as long as its own input stays open: however the test process ends, even killed, that input
// closes, the server stops and its folder goes. A server that had only just begun does not hear the first signal.
const watch = `"$0" "$@" >log 2>&1 & server=$!
cat >/dev/null
kill -QUIT $server; sleep 1; kill -KILL $server 2>/dev/null; wait $server
cd / && rm -rf "$OHP_PG_DIR"`

func run(bin, dir string, as account) (io.WriteCloser, error) {
	settings := []string{"listen_addresses=", "unix_socket_directories=" + dir, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
		"autovacuum=off", "max_connections=200", "max_wal_senders=0", "wal_level=minimal", "shared_buffers=64MB"}
	args := []string{"-c", watch, filepath.Join(bin, "postgres"), "-D", filepath.Join(dir, "data")}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OHP_PG_DIR="+dir)
	as.become(cmd)
	apart(cmd)
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return life, cmd.Start()
}

func (s *server) dsn(database string) string {
	return "host=" + s.dir + " user=postgres sslmode=disable dbname=" + database
}

func (s *server) wait() error {
	var err error
	for range 300 {
		if err = s.exec("select 1"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return fmt.Errorf("the server did not start: %w\n%s", err, log)
}

// exec runs statements one by one in the maintenance database.
func (s *server) exec(statements ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// database makes a database in which modules have been migrated, and drops it when the test ends.
func (s *server) database(t testing.TB, modules []store.Migrations) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	template, err := s.template(modules)
	if err != nil {
		t.Fatal(err)
	}
	return s.temporary(t, "template "+template)
}

// temporary makes a database and drops it when the test ends.
func (s *server) temporary(t testing.TB, clauses string) string {
	t.Helper()
	name, err := s.create(clauses)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec("drop database " + name + " with (force)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return s.dsn(name)
}

func (s *server) create(clauses string) (string, error) {
	s.count++
	name := "t" + strconv.Itoa(s.count)
	return name, s.exec("create database " + name + " " + clauses)
}

// template returns the database to copy: the empty one, or one in which modules were migrated at their first use.
func (s *server) template(modules []store.Migrations) (string, error) {
	if len(modules) == 0 {
		return "template0", nil
	}
	key, err := fingerprint(modules)
	if err != nil {
		return "", err
	}
	if name := s.templates[key]; name != "" {
		return name, nil
	}
	name, err := s.create("template template0")
	if err != nil {
		return "", err
	}
	db, err := store.Open(context.Background(), s.dsn(name))
	if err != nil {
		return "", err
	}
	defer db.Close()
	if _, err := store.Migrate(context.Background(), db, modules...); err != nil {
		return "", err
	}
	s.templates[key] = name
	return name, db.Close()
}

// fingerprint identifies what migrating modules would do.
func fingerprint(modules []store.Migrations) (string, error) {
	sum := sha256.New()
	for _, m := range modules {
		fmt.Fprintf(sum, "%q\n", m.Module)
		err := fs.WalkDir(m.Files, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(m.Files, path)
			fmt.Fprintf(sum, "%q %q\n", path, text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return string(sum.Sum(nil)), nil
}
