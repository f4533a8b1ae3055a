package nhsuk

// icons are drawn for this program on a grid of 24 by 24; only their names and their class come from the design system.
var icons = map[string]string{
	"arrow-left":           `<path d="M10.5 5 3.5 12l7 7 1.6-1.6L7.8 13.1H20.5v-2.2H7.8l4.3-4.3Z"/>`,
	"arrow-right":          `<path d="m13.5 5 7 7-7 7-1.6-1.6 4.3-4.3H3.5v-2.2h12.7l-4.3-4.3Z"/>`,
	"arrow-right-circle":   `<path d="M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20Zm.6 4.5-1.5 1.5 2.9 2.9H6.5v2.2H14l-2.9 2.9 1.5 1.5 5.5-5.5Z"/>`,
	"chevron-right-circle": `<path d="M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20Zm-1.5 5-1.6 1.6 3.4 3.4-3.4 3.4 1.6 1.6 5-5Z"/>`,
	"cross":                `<path d="m6.2 4.3 5.8 5.8 5.8-5.8 1.9 1.9-5.8 5.8 5.8 5.8-1.9 1.9-5.8-5.8-5.8 5.8-1.9-1.9 5.8-5.8-5.8-5.8Z"/>`,
	"tick":                 `<path d="m9.5 18.7-6.2-6.2 2.1-2.1 4.1 4.1 9.1-9.2 2.1 2.1Z"/>`,
	"search":               `<path d="M10.5 3.5a7 7 0 0 1 5.6 11.2l4.6 4.6-1.4 1.4-4.6-4.6A7 7 0 1 1 10.5 3.5Zm0 2a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z"/>`,
	"user":                 `<path d="M12 2.5a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6Zm0 11.6c5 0 8.5 2.7 8.5 7.4h-17c0-4.7 3.5-7.4 8.5-7.4Z"/>`,
}
