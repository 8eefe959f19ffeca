package servertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

var redisKind = kind{program: "redis-server", args: redisArgs, pid: redisPID}

// Redis starts a Redis that listens on Addr and Socket and saves nothing by
// itself; the command SAVE writes a snapshot that the next Start reads. args are
// further options, such as "--requirepass", "secret".
func Redis(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, redisKind, args)
}

func redisArgs(s *Server) []string {
	return []string{
		"--bind", "127.0.0.1", "--port", s.Port(), "--unixsocket", s.Socket(),
		"--dir", s.dir, "--save", "", "--appendonly", "no", "--loglevel", "warning", "--repl-diskless-sync-delay", "0",
	}
}

// redisPID asks a Redis for its process. One that wants a password does not
// tell, and is taken for the one that was started.
func redisPID(s *Server) (pid int, err error) {
	answer, err := ask(s.Addr(), "INFO server")
	if err != nil {
		return 0, err
	}
	if strings.HasPrefix(answer, "-NOAUTH") {
		return s.cmd.Process.Pid, nil
	}
	_, line, ok := strings.Cut(answer, "process_id:")
	if !ok {
		return 0, fmt.Errorf("answer %q", answer)
	}
	_, err = fmt.Sscan(line, &pid)
	return pid, err
}

// RedisCluster starts a Redis cluster of n primaries that share the slots
// evenly, and waits until all of them say that it is complete.
func RedisCluster(t testing.TB, n int) []*Server {
	t.Helper()
	nodes := make([]*Server, n)
	for i := range nodes {
		nodes[i] = Redis(t, "--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(freePort(t)), "--cluster-node-timeout", "2000")
		first, last := i*clusterSlots/n, (i+1)*clusterSlots/n-1
		Do(t, nodes[i], "CLUSTER", "ADDSLOTSRANGE", first, last)
		Do(t, nodes[i], "CLUSTER", "SET-CONFIG-EPOCH", i+1)
	}
	for _, node := range nodes[1:] {
		busPort := Do(t, nodes[0], "CONFIG", "GET", "cluster-port").(map[any]any)["cluster-port"]
		Do(t, node, "CLUSTER", "MEET", "127.0.0.1", nodes[0].port, busPort)
	}
	for _, node := range nodes {
		await(t, "the cluster is complete", func() bool {
			return strings.Contains(Do(t, node, "CLUSTER", "INFO").(string), "cluster_state:ok") &&
				strings.Contains(Do(t, node, "CLUSTER", "INFO").(string), fmt.Sprintf("cluster_known_nodes:%d", n))
		})
	}
	return nodes
}

const clusterSlots = 16384

// SentinelMaster is the name under which [RedisSentinel]'s sentinel knows the
// servers.
const SentinelMaster = "larder-master"

// RedisSentinel starts a primary, a replica of it, and a sentinel that makes the
// replica a primary when the first one has been gone for half a second.
func RedisSentinel(t testing.TB) (sentinel, primary, replica *Server) {
	t.Helper()
	primary = Redis(t)
	replica = Redis(t, "--replicaof", "127.0.0.1 "+primary.Port())
	await(t, "the replica follows", func() bool {
		return strings.Contains(Do(t, replica, "INFO", "replication").(string), "master_link_status:up")
	})
	sentinel = start(t, kind{program: "redis-server", pid: redisPID, args: func(s *Server) []string {
		return []string{writeSentinelConf(t, s, primary), "--sentinel"}
	}}, nil)
	await(t, "the sentinel knows the replica", func() bool {
		replicas, ok := Do(t, sentinel, "SENTINEL", "REPLICAS", SentinelMaster).([]any)
		return ok && len(replicas) == 1
	})
	return sentinel, primary, replica
}

func writeSentinelConf(t testing.TB, s, primary *Server) string {
	t.Helper()
	conf := filepath.Join(s.dir, "sentinel.conf")
	text := fmt.Sprintf(`bind 127.0.0.1
port %[1]s
dir %[2]s
sentinel monitor %[3]s 127.0.0.1 %[4]s 1
sentinel down-after-milliseconds %[3]s 500
sentinel failover-timeout %[3]s 2000
`, s.Port(), s.dir, SentinelMaster, primary.Port())
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return conf
}

// Do sends a command to a Redis and returns its answer.
func Do(t testing.TB, s *Server, command ...any) any {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := redis.NewClient(&redis.Options{Addr: s.Addr()})
	defer func() { _ = client.Close() }()
	answer, err := client.Do(ctx, command...).Result()
	if err != nil {
		t.Fatalf("servertest: %v: %v", command, err)
	}
	return answer
}

// await waits until done.
func await(t testing.TB, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("servertest: after %v it is still not true that %s", patience, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
