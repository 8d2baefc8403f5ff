package main

import "strings"

// leftOut names packages of the standard library that reviews hardly meet, and that are large.
// A trailing slash stands for everything below.
var leftOut = []string{
	"cmd/", "internal/", "vendor/",
	"debug/", "go/", "image/", "index/", "plugin", "simd/", "syscall", "syscall/",
	"runtime/cgo", "runtime/coverage", "runtime/race", "runtime/msan", "runtime/asan",
	"testing/cryptotest", "testing/fstest", "testing/quick", "testing/slogtest",
	"text/template/parse", "time/tzdata", "unicode", "unsafe",
}

// wanted says whether the table has a package of the standard library.
func wanted(path string) bool {
	if strings.Contains(path, "/internal") {
		return false
	}
	for _, out := range leftOut {
		if path == out || strings.HasSuffix(out, "/") && strings.HasPrefix(path, out) {
			return false
		}
	}
	return true
}

// foreign names the packages of other modules; go.mod pins their versions.
var foreign = []string{
	"github.com/ethereum/go-ethereum",
	"github.com/ethereum/go-ethereum/accounts/abi",
	"github.com/ethereum/go-ethereum/accounts/abi/bind",
	"github.com/ethereum/go-ethereum/common",
	"github.com/ethereum/go-ethereum/common/hexutil",
	"github.com/ethereum/go-ethereum/core/types",
	"github.com/ethereum/go-ethereum/crypto",
	"github.com/ethereum/go-ethereum/ethclient",
	"github.com/ethereum/go-ethereum/event",
	"github.com/ethereum/go-ethereum/log",
	"github.com/ethereum/go-ethereum/rpc",
	"github.com/go-sql-driver/mysql",
	"github.com/jackc/pgx/v5",
	"github.com/jackc/pgx/v5/pgconn",
	"github.com/jackc/pgx/v5/pgxpool",
	"github.com/lib/pq",
	"github.com/prometheus/client_golang/prometheus",
	"github.com/prometheus/client_golang/prometheus/promauto",
	"github.com/prometheus/client_golang/prometheus/promhttp",
	"github.com/redis/go-redis/v9",
	"go.opentelemetry.io/otel",
	"go.opentelemetry.io/otel/attribute",
	"go.opentelemetry.io/otel/codes",
	"go.opentelemetry.io/otel/metric",
	"go.opentelemetry.io/otel/sdk/trace",
	"go.opentelemetry.io/otel/trace",
	"golang.org/x/sync/errgroup",
	"golang.org/x/sync/semaphore",
	"golang.org/x/sync/singleflight",
	"golang.org/x/time/rate",
	"google.golang.org/grpc",
	"google.golang.org/grpc/codes",
	"google.golang.org/grpc/credentials",
	"google.golang.org/grpc/credentials/insecure",
	"google.golang.org/grpc/keepalive",
	"google.golang.org/grpc/metadata",
	"google.golang.org/grpc/status",
}
