package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// The library sees from this name that a request belongs to somebody, and
// keeps it away from shared pages.
const sessionCookie = "shop_session"

const (
	maxSessions = 10_000
	maxBasket   = 50
	maxName     = 40 // runes
)

var errUnwantedName = errors.New("web: a name has 1 to 40 letters")

// visitor is somebody who signed in, as of one request.
type visitor struct {
	Name   string
	Bought int
}

// session is what the shop knows about a visitor until it stops.
type session struct {
	name   string
	basket []int64 // the products bought, the last one first
}

// sessions are the visitors who are signed in.
type sessions struct {
	mu     sync.Mutex
	tokens map[string]*session
}

func newSessions() *sessions { return &sessions{tokens: map[string]*session{}} }

// begin makes a session and returns its token. When there are too many, one
// of them ends.
func (s *sessions) begin(name string) string {
	token := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old := range s.tokens {
		if len(s.tokens) < maxSessions {
			break
		}
		delete(s.tokens, old)
	}
	s.tokens[token] = &session{name: name}
	return token
}

func (s *sessions) end(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token(r))
}

// visitor returns who sent the request, or nil. A cookie of a session that
// has ended is taken back: without it the shared pages are open again.
func (s *sessions) visitor(w http.ResponseWriter, r *http.Request) *visitor {
	if token(r) == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.tokens[token(r)]
	if known == nil {
		dropCookie(w)
		return nil
	}
	return &visitor{Name: known.name, Bought: len(known.basket)}
}

// remember puts a product into the visitor's basket, if there is a visitor.
func (s *sessions) remember(r *http.Request, product int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.tokens[token(r)]; known != nil {
		known.basket = slices.Insert(known.basket, 0, product)
		known.basket = known.basket[:min(len(known.basket), maxBasket)]
	}
}

// basket returns the products the visitor bought, the last one first.
func (s *sessions) basket(r *http.Request) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.tokens[token(r)]; known != nil {
		return slices.Clone(known.basket)
	}
	return nil
}

func token(r *http.Request) string {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func setCookie(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/",
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

func dropCookie(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true})
}

func (s *shop) signInForm(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, "sign-in", s.layout(w, r, "sign in"))
}

func (s *shop) signIn(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	name := strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if letters := utf8.RuneCountInString(name); letters < 1 || letters > maxName || !utf8.ValidString(name) {
		return errUnwantedName
	}
	s.sessions.end(r)
	setCookie(w, r, s.sessions.begin(name))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (s *shop) signOut(w http.ResponseWriter, r *http.Request) error {
	s.sessions.end(r)
	dropCookie(w)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

type basketPage struct {
	layout
	Bought []productView
	Total  string
}

// basket shows what a visitor bought. Whoever is nobody is asked to sign in.
func (s *shop) basket(w http.ResponseWriter, r *http.Request) error {
	p := basketPage{layout: s.layout(w, r, "basket")}
	if p.Visitor == nil {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	total := 0
	for _, id := range s.sessions.basket(r) {
		product, err := s.catalog.Product(r.Context(), id)
		if err != nil {
			return err
		}
		p.Bought = append(p.Bought, viewProduct(product, p.Lang))
		total += product.Cents
	}
	p.Total = p.Lang.price(total)
	return s.render(w, r, http.StatusOK, "basket", p)
}
