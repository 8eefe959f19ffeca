package servertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// RedisTLS starts a Redis that listens for TLS as well. It returns the address
// for that, and the file with the certificate, which signs for itself and for
// 127.0.0.1. Where Redis was built without TLS the test is skipped.
func RedisTLS(t testing.TB, args ...string) (addr, certFile string) {
	t.Helper()
	requireProgram(t, redisKind.program)
	// Without TLS the option is an error, told before anything is started.
	told, _ := exec.Command(redisKind.program, "--port", "0", "--tls-port", "not a port").CombinedOutput()
	if !strings.Contains(string(told), "argument") {
		t.Skipf("NOT TESTED: redis-server has no TLS: %s", told)
	}
	certFile, keyFile := writeCertificate(t)
	port := strconv.Itoa(freePort(t))
	Redis(t, append(args, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", certFile)...)
	return net.JoinHostPort("127.0.0.1", port), certFile
}

// writeCertificate makes a certificate for 127.0.0.1 and its key.
func writeCertificate(t testing.TB) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	certDER, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := shortTempDir(t)
	return writePEM(t, filepath.Join(dir, "cert.pem"), "CERTIFICATE", certDER),
		writePEM(t, filepath.Join(dir, "key.pem"), "PRIVATE KEY", keyDER)
}

func writePEM(t testing.TB, file, kind string, der []byte) string {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
