package servertest_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
)

func TestRedisKeepsItsAddressAndSnapshot(t *testing.T) {
	s := servertest.Redis(t)
	servertest.Do(t, s, "SET", "k", "saved")
	servertest.Do(t, s, "SAVE")
	servertest.Do(t, s, "SET", "k", "lost")
	s.Kill()
	if _, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("a killed server still listens")
	}
	s.Start()
	if got := servertest.Do(t, s, "GET", "k"); got != "saved" {
		t.Errorf("after a restart GET = %v; want the snapshot's value", got)
	}
}

func TestFrozenServerAnswersLater(t *testing.T) {
	s := servertest.Redis(t)
	s.Freeze()
	time.AfterFunc(100*time.Millisecond, s.Thaw)
	begin := time.Now()
	servertest.Do(t, s, "PING")
	if d := time.Since(begin); d < 50*time.Millisecond {
		t.Errorf("a frozen server answered after %v", d)
	}
}

func TestRedisCluster(t *testing.T) {
	nodes := servertest.RedisCluster(t, 3)
	info := servertest.Do(t, nodes[2], "CLUSTER", "INFO").(string)
	if !strings.Contains(info, "cluster_slots_ok:16384") {
		t.Errorf("CLUSTER INFO: %s", info)
	}
}

func TestRedisSentinel(t *testing.T) {
	sentinel, primary, _ := servertest.RedisSentinel(t)
	addr := servertest.Do(t, sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", servertest.SentinelMaster).([]any)
	if addr[1] != primary.Port() {
		t.Errorf("the sentinel knows a primary at %v; want port %s", addr, primary.Port())
	}
}

func TestRedisTLS(t *testing.T) {
	addr, _ := servertest.RedisTLS(t)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestMemcached(t *testing.T) {
	for name, s := range map[string]*servertest.Server{
		"tcp": servertest.Memcached(t), "unix": servertest.MemcachedSocket(t),
	} {
		address := map[string]string{"tcp": s.Addr(), "unix": s.Socket()}[name]
		conn, err := net.Dial(name, address)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
}
