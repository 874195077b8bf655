# Source this: starts Debian's own PostgreSQL and Redis on free high ports of 127.0.0.1 for the calling script, stops
# them when it ends, and points DATABASE_URL and REDIS_URL at them. The cluster has the plain C locale on purpose: the
# tests must find their way to a database that knows Swedish.

stock=$(mktemp -d /tmp/s3hub-stock.XXXXXX)
postgres_port=${STOCK_POSTGRES_PORT:-54329}
redis_port=${STOCK_REDIS_PORT:-63799}
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

as_postgres() { # PostgreSQL refuses to be root
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

stop_stock_servers() {
    as_postgres "$programs/pg_ctl" -D "$stock/postgres" -m fast stop >/dev/null || true
    kill "$redis_pid" 2>/dev/null || true
    wait "$redis_pid" 2>/dev/null || true
    rm -rf "$stock"
}

if [ "$(id -u)" = 0 ]; then chown postgres "$stock"; fi
as_postgres "$programs/initdb" -D "$stock/postgres" -U s3hub --auth=trust --locale=C --encoding=UTF8 --no-sync >/dev/null
as_postgres "$programs/pg_ctl" -D "$stock/postgres" -w -l "$stock/postgres.log" \
    -o "-h 127.0.0.1 -p $postgres_port -k $stock -c max_connections=100" start >/dev/null
redis-server --bind 127.0.0.1 --port "$redis_port" --save "" --dir "$stock" >"$stock/redis.log" &
redis_pid=$!
trap stop_stock_servers EXIT

as_postgres "$programs/psql" -q -h 127.0.0.1 -p "$postgres_port" -U s3hub postgres \
    -c "create database s3hub locale 'C.UTF-8' template template0"
export DATABASE_URL="postgresql://s3hub@127.0.0.1:$postgres_port/s3hub"
export REDIS_URL="redis://127.0.0.1:$redis_port/0"
echo "Stock servers: $("$programs/postgres" --version), $(redis-server --version | cut -d' ' -f1-3)"
