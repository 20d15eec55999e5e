-- One row per stream (a monitor on a connection) and second. Counts are of that second alone, not running totals.
-- instance_id is the host by its configured name; life tells its processes apart.
CREATE TABLE grpc_pool_metrics (
  ts timestamptz NOT NULL,
  instance_id text NOT NULL,
  life bigint NOT NULL,
  connection_id text NOT NULL,
  monitor_id text NOT NULL,
  monitor_group text NOT NULL,
  messages bigint NOT NULL,
  bytes bigint NOT NULL,
  errors bigint NOT NULL,
  dropped bigint NOT NULL,
  reconnects bigint NOT NULL,
  lat_count bigint NOT NULL,
  lat_sum_us bigint NOT NULL,
  lat_max_us bigint NOT NULL,
  -- Exact for this second, for display; never to be averaged.
  lat_p50_us bigint NOT NULL,
  lat_p99_us bigint NOT NULL
);

-- Latencies of up to ten seconds in 82 fixed buckets, four an octave from 64 us to 67 s; ts is the first second counted.
CREATE TABLE grpc_pool_latency (
  ts timestamptz NOT NULL,
  instance_id text NOT NULL,
  life bigint NOT NULL,
  connection_id text NOT NULL,
  monitor_id text NOT NULL,
  buckets bigint[] NOT NULL
);

-- What makes sending a row twice harmless.
CREATE UNIQUE INDEX grpc_pool_metrics_once ON grpc_pool_metrics (instance_id, life, connection_id, monitor_id, ts);
CREATE UNIQUE INDEX grpc_pool_latency_once ON grpc_pool_latency (instance_id, life, connection_id, monitor_id, ts);
CREATE INDEX grpc_pool_metrics_by_time ON grpc_pool_metrics (ts DESC);
CREATE INDEX grpc_pool_latency_by_time ON grpc_pool_latency (ts DESC);
CREATE INDEX grpc_pool_metrics_by_connection ON grpc_pool_metrics (connection_id, ts DESC);
CREATE INDEX grpc_pool_metrics_by_monitor ON grpc_pool_metrics (monitor_id, ts DESC);

-- Percentiles cannot be averaged, but buckets can be added: element by element.
CREATE FUNCTION firehole_add_two_buckets(a bigint[], b bigint[]) RETURNS bigint[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(coalesce(x, 0) + coalesce(y, 0) ORDER BY i) FROM unnest(a, b) WITH ORDINALITY AS both_of(x, y, i)
  $$;
CREATE AGGREGATE firehole_add_buckets(bigint[]) (
  sfunc = firehole_add_two_buckets, stype = bigint[], combinefunc = firehole_add_two_buckets, parallel = safe
);
