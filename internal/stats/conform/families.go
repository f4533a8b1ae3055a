package conform

// families maps the family named in a case to the code that answers it. The charts of
// qicharts2 are families of their own but one function answers them, as one function of
// that package does.
var families = map[string]Family{
	"xmr":     xmr,
	"xmr_pbi": xmrPBI,

	"run": qic, "i": qic, "mr": qic, "ip": qic, "p": qic, "pp": qic,
	"u": qic, "up": qic, "c": qic, "g": qic, "t": qic,

	"funnel":     funnelPlotR,
	"funnel_phe": fingertips,
	"funnel_ref": funnelReference,

	"cusum":  cumulativeSum,
	"ewma":   ewma,
	"fdr":    falseDiscovery,
	"design": design,
}
