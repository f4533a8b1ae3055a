package monitor

import "fmt"

func (t *teller) tellSilent(s seen, g *Signal) {
	f := s.finding
	g.Began, g.latest = f.SilentFrom.String(), s.study.Latest
	g.Odds = "Chance has no part in this: nothing was reported."
	g.Peers = "At least three in four of the other practices did report."
	g.Unknown = "Silence is not nought. Whether nothing happened, nobody counted, or the supplier’s return failed, only the practice can say."
	if f.Noughts > 0 {
		g.Seen = fmt.Sprintf("%s: nothing but nought is reported.", s.subject.Title)
		g.Since = fmt.Sprintf("From %s, if not before.", f.SilentFrom.Label())
		g.Size = noughtWords(f)
		g.Odds = "Where nearly all others report more, nought period after period is hardly chance."
		g.Peers = "At least nine in ten of the others who report give more than nought."
		g.Unknown = "Either the practice does not use the service, or its supplier’s return does not count it. Only the practice can say."
		return
	}
	if f.Never {
		g.Seen = fmt.Sprintf("%s: the practice appears in no report that is loaded, or only as “not reported”.", s.subject.Title)
		g.Since = fmt.Sprintf("Most others have reported from %s on.", f.SilentFrom.Label())
		g.Size = fmt.Sprintf("%d periods without a figure.", f.Silent)
		return
	}
	g.Seen = fmt.Sprintf("%s: the practice has stopped reporting.", s.subject.Title)
	g.Since = fmt.Sprintf("The last figure is for %s; nothing from %s on.", f.LastSaid.Label(), f.SilentFrom.Label())
	g.Size = fmt.Sprintf("%d %s without a figure.", f.Silent, plural(f.Silent, "period", "periods"))
}

// noughtWords say for how many periods nought was reported, and for how many nothing at all.
func noughtWords(f *Finding) string {
	words := several(f.Noughts, "period", "periods") + " of nought"
	if f.Unsaid > 0 {
		words += fmt.Sprintf(", and %s without a figure", grouped(float64(f.Unsaid)))
	}
	if f.Unfiled > 0 {
		words += fmt.Sprintf("; for %s no file is loaded here", several(f.Unfiled, "period", "periods"))
	}
	return words + "."
}

func (t *teller) tellAlert(s seen, g *Signal) {
	f := s.finding
	g.Began = f.Latest.String()
	g.Seen = fmt.Sprintf("%s: %s, under the alert level of %s.", s.subject.Title, s.subject.amountWords(f.Value), s.subject.amount(s.subject.AlertBelow))
	g.Since = fmt.Sprintf("As published for %s.", f.Latest.Label())
	g.Size = ""
	g.Odds = "Chance has no part in this: it is a published judgement, not a measurement."
	g.Unknown = "The publication may be older than what the practice has done since."
}
