package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Incarnation implements [store.Incarnater]. Ask after a read: the name is that
// of the memory which all earlier replies came from, or of a later one. For one
// server it holds the server's run id and replication id; for a Cluster, those
// of its primaries with their configuration epochs. It is empty if restarts are
// trusted. A server that does not answer INFO makes it an error.
func (s *Store) Incarnation(ctx context.Context) (string, error) {
	if s.watch == nil {
		return "", ctx.Err()
	}
	ctx, err := s.bound(ctx)
	if err != nil {
		return "", err
	}
	return s.watch.name(ctx)
}

// askRun asks the server, or the primaries of a Cluster, for their run.
func (s *Store) askRun(ctx context.Context) (run, error) {
	if client, ok := s.client.(*redis.ClusterClient); ok {
		return clusterRun(ctx, client)
	}
	r, err := serverRun(ctx, s.client)
	if err == nil && r.process == "" {
		err = errors.New("the server does not tell its run_id")
	}
	if err != nil {
		return run{}, fmt.Errorf("redisstore: INFO, which restart=trust makes needless: %w", err)
	}
	return r, nil
}

// connected is called by the store's own clients for each new connection, before
// its first command. A server that refuses INFO is of use for everything but
// Incarnation.
func (s *Store) connected(ctx context.Context, conn *redis.Conn) error {
	if s.watch == nil {
		return nil
	}
	if s.single == nil {
		s.watch.doubt()
		return nil
	}
	r, err := serverRun(ctx, conn)
	var refused redis.Error
	switch {
	case err == nil && r.process != "":
		s.watch.meet(r)
	case err == nil, errors.As(err, &refused):
		s.watch.doubt()
		return nil
	}
	return err
}

// serverRun returns the run of one server, an empty one for a sentinel.
func serverRun(ctx context.Context, server redis.Cmdable) (run, error) {
	pipe := server.Pipeline()
	info, replication := pipe.Info(ctx, "server"), pipe.Info(ctx, "replication")
	if _, err := pipe.Exec(ctx); err != nil {
		return run{}, err
	}
	if infoField(info.Val(), "redis_mode") == "sentinel" {
		return run{}, nil
	}
	return newRun(infoField(info.Val(), "run_id"), infoField(replication.Val(), "master_replid")), nil
}

// infoField returns a field of an answer to INFO, empty if it has none.
func infoField(info, name string) string {
	_, rest, _ := strings.Cut("\n"+info, "\n"+name+":")
	field, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(field)
}

// clusterRun returns the run of all primaries together, as a lineage: its
// processes come and go while the connections to others last.
func clusterRun(ctx context.Context, client *redis.ClusterClient) (run, error) {
	nodes, err := client.ClusterNodes(ctx).Result()
	if err != nil {
		return run{}, fmt.Errorf("redisstore: CLUSTER NODES, which restart=trust makes needless: %w", err)
	}
	var mu sync.Mutex
	parts := primaries(nodes)
	err = client.ForEachMaster(ctx, func(ctx context.Context, server *redis.Client) error {
		r, err := serverRun(ctx, server)
		mu.Lock()
		defer mu.Unlock()
		parts = append(parts, r.process)
		return err
	})
	if err != nil {
		return run{}, wrap(err)
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return newRun("cluster", hex.EncodeToString(sum[:16])), nil
}

// primaries returns id and configuration epoch of each primary that has slots,
// from an answer to CLUSTER NODES: lines of id, address, flags, primary, two
// times, epoch, link state and slots.
func primaries(nodes string) []string {
	const id, flags, epoch, slots = 0, 2, 6, 8
	var all []string
	for line := range strings.Lines(nodes) {
		fields := strings.Fields(line)
		if len(fields) > slots && slices.Contains(strings.Split(fields[flags], ","), "master") {
			all = append(all, fields[id]+" "+fields[epoch])
		}
	}
	return all
}
