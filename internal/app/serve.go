package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"ohp/internal/kernel/config"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/page"
	"ohp/internal/kernel/store"
	"ohp/internal/monitor"
	"ohp/internal/published"
)

// Serve answers on an address of this machine until the context ends.
func Serve(ctx context.Context, c config.Config, out io.Writer) error {
	if err := c.Validate(); err != nil {
		return err
	}
	log, err := c.Logger(os.Stderr)
	if err != nil {
		return err
	}
	slog.SetDefault(log)
	db, err := openDatabase(ctx, c.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	handler, err := Handler(ctx, db)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w (give another address, as --address 127.0.0.1:8081 or OHP_ADDRESS=127.0.0.1:8081)", c.Address, err)
	}
	fmt.Fprintf(out, "ohp answers at http://%s\nNobody can sign in yet, so it answers on this machine only. Stop it with Ctrl+C.\n", listener.Addr())
	return serve(ctx, listener, onlyHere(handler))
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		// Requests under way may finish; the context that ended would not let them.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		stopped <- server.Shutdown(last)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// Handler mounts the pages of all modules.
func Handler(ctx context.Context, db *store.DB) (http.Handler, error) {
	site, err := site(ctx, db)
	if err != nil {
		return nil, err
	}
	return site.Mux(routes(db, site))
}

// sections are the modules' first pages.
var sections = []page.Section{{Name: "Concerns", Href: "/concerns"}, {Name: "Practices", Href: "/practices"}, {Name: "Indicators", Href: "/indicators"}, {Name: "Data", Href: "/data"}, {Name: "Methods", Href: "/methods"}}

// site is named after the partnership that the database holds, and says what kind of data it shows.
func site(ctx context.Context, db *store.DB) (*page.Site, error) {
	s := &page.Site{Sections: sections, Notices: []string{"Nobody can sign in yet: ohp answers on this machine only."}}
	directory, err := measure.ReadDirectory(ctx, db)
	if err != nil {
		return nil, err
	}
	if code, _ := directory.Partnership(); code != "" {
		s.Partnership = directory.Label(code)
	}
	invented, err := holdsDemonstration(ctx, db)
	if invented {
		s.Notices = append(s.Notices, "Demonstration data: a fictional partnership.")
	}
	return s, err
}

func routes(db *store.DB, site *page.Site) []page.Route {
	return append(monitor.Pages{DB: db, Site: site, Measures: measures()}.Routes(), published.Pages{DB: db, Site: site}.Routes()...)
}

// onlyHere refuses requests that name another host: a page of another site whose name was made to lead to this machine (DNS rebinding)
// would otherwise read in a browser here what nobody signed in for.
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = strings.Trim(r.Host, "[]")
		}
		if !config.Loopback(host) {
			http.Error(w, "ohp answers on its own machine only: use http://127.0.0.1 or http://localhost with its port.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
