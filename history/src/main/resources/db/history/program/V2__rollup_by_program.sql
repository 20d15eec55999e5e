-- The same names and columns as the continuous aggregates of TimescaleDB; Firehole itself fills them.
-- avg_bytes in bytes, max_latency in milliseconds; both for people, the columns after them for adding up.
CREATE TABLE grpc_metrics_1m (
  minute timestamptz NOT NULL,
  instance_id text NOT NULL,
  life bigint NOT NULL,
  connection_id text NOT NULL,
  monitor_id text NOT NULL,
  message_count bigint NOT NULL,
  error_count bigint NOT NULL,
  avg_bytes float8 GENERATED ALWAYS AS (bytes::float8 / nullif(message_count, 0)::float8) STORED,
  max_latency float8 GENERATED ALWAYS AS (lat_max_us::float8 / 1000) STORED,
  bytes bigint NOT NULL,
  dropped bigint NOT NULL,
  reconnects bigint NOT NULL,
  lat_count bigint NOT NULL,
  lat_sum_us bigint NOT NULL,
  lat_max_us bigint NOT NULL,
  samples bigint NOT NULL,
  PRIMARY KEY (minute, instance_id, life, connection_id, monitor_id)
);
CREATE TABLE grpc_metrics_1h (LIKE grpc_metrics_1m INCLUDING GENERATED);
ALTER TABLE grpc_metrics_1h RENAME COLUMN minute TO hour;
ALTER TABLE grpc_metrics_1h ADD PRIMARY KEY (hour, instance_id, life, connection_id, monitor_id);

CREATE TABLE grpc_latency_1m (
  minute timestamptz NOT NULL,
  instance_id text NOT NULL,
  life bigint NOT NULL,
  connection_id text NOT NULL,
  monitor_id text NOT NULL,
  buckets bigint[] NOT NULL,
  PRIMARY KEY (minute, instance_id, life, connection_id, monitor_id)
);
CREATE TABLE grpc_latency_1h (LIKE grpc_latency_1m);
ALTER TABLE grpc_latency_1h RENAME COLUMN minute TO hour;
ALTER TABLE grpc_latency_1h ADD PRIMARY KEY (hour, instance_id, life, connection_id, monitor_id);
