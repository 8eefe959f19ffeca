package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// findBrowser skips the test where there is no browser, but not on a machine
// whose job it is to have one.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no chromium in PATH: the shop is NOT tested in a browser (on Debian: apt-get install chromium)"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// tab is one window of a browser that speaks one language.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

func openTab(t *testing.T, url, language string, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findBrowser(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
	)
	options = append(options, more...)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t, ctx, url}
	b.resize(1280, 900)
	headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, headers); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) resize(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + path))
}

// click follows a link or sends a form, and waits for the next page.
func (b *tab) click(selector string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) path() string {
	b.t.Helper()
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.pathname"))
	if err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *tab) evaluate(script string) bool {
	b.t.Helper()
	yes, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return yes
}

// units is the first figure of sales on the page.
func (b *tab) units() int {
	b.t.Helper()
	n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(b.text(".units")))
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *tab) wantFooter(words ...string) {
	b.t.Helper()
	footer := b.text("#timing")
	for _, word := range words {
		if !strings.Contains(footer, word) {
			b.t.Errorf("the footer says %q, want %q in it", footer, word)
		}
	}
}

// screenshot goes to the folder $SHOP_SCREENSHOT, if that is set.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("SHOP_SCREENSHOT")
	if folder == "" {
		folder = b.t.TempDir()
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func TestBrowserSeesAPurchaseAtOnce(t *testing.T) {
	findBrowser(t)
	url, _, _ := startShop(t)
	tests := []struct{ language, slogan, miss, rendered, hit, age, answered, thanks string }{
		{"en", "Good things, kept well.", "miss", "rendered in", "hit", "old", "answered in", "Thank you!"},
		{"de", "Gutes, gut aufgehoben.", "frisch gemacht", "erzeugt in", "Treffer", "alt", "beantwortet in", "Danke!"},
	}
	for _, test := range tests {
		t.Run(test.language, func(t *testing.T) {
			b := openTab(t, url, test.language)
			b.open("/")
			if got := b.text("h1"); got != test.slogan {
				t.Errorf("slogan %q, want %q", got, test.slogan)
			}
			b.wantFooter(test.miss, test.rendered, "memory")
			b.open("/")
			b.wantFooter(test.hit, test.age, test.answered, "ms", "memory")
			before := b.units()

			b.click(".top-ten li a")
			b.click(".buy button")
			if got := b.text("#thanks"); !strings.Contains(got, test.thanks) {
				t.Errorf("after buying the page says %q, want %q", got, test.thanks)
			}
			if after := b.units(); after != before+1 {
				t.Errorf("product page: %d sold, want %d", after, before+1)
			}
			b.screenshot("product-" + test.language)
			b.open("/")
			b.wantFooter(test.miss)
			if after := b.units(); after != before+1 {
				t.Errorf("front page: %d sold, want %d", after, before+1)
			}
			b.open("/")
			b.wantFooter(test.hit)
			b.screenshot("front-" + test.language)
		})
	}
}

func TestBrowserShowsAVisitorTheirOwnPage(t *testing.T) {
	findBrowser(t)
	url, _, _ := startShop(t)
	b := openTab(t, url, "en")
	b.open("/sign-in")
	b.do(chromedp.SendKeys(chromedp.CSS("#name"), "Ada"))
	b.click(".narrow button")
	if got := b.text(".account"); !strings.Contains(got, "Hello, Ada") {
		t.Errorf("signed in, the head says %q, want the name", got)
	}
	b.wantFooter("made for you alone")
	b.click(".account button")
	if got := b.text(".account"); strings.Contains(got, "Ada") {
		t.Errorf("signed out, the head still says %q", got)
	}
}

func TestPagesFitTheirScreens(t *testing.T) {
	findBrowser(t)
	url, _, _ := startShop(t)
	for _, language := range []string{"en", "de"} {
		b := openTab(t, url, language)
		for _, width := range []int64{320, 390, 820, 1280} {
			b.resize(width, 900)
			for name, path := range map[string]string{"front": "/", "category": "/category/pickles?page=2", "product": "/product/15", "sign-in": "/sign-in"} {
				b.open(path)
				if !b.evaluate(`document.documentElement.scrollWidth <= innerWidth`) {
					t.Errorf("%s in %s is wider than a screen of %d pixels", path, language, width)
				}
				if width == 390 {
					b.screenshot(name + "-mobile-" + language)
				}
			}
		}
	}
}
