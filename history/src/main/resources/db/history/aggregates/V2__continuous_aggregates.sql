SELECT create_hypertable('grpc_pool_metrics', by_range('ts', INTERVAL '1 hour'), create_default_indexes => false);
SELECT create_hypertable('grpc_pool_latency', by_range('ts', INTERVAL '1 hour'), create_default_indexes => false);

-- avg_bytes in bytes, max_latency in milliseconds; both for people, the columns after them for adding up.
CREATE MATERIALIZED VIEW grpc_metrics_1m WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
  SELECT time_bucket(INTERVAL '1 minute', ts) AS minute, instance_id, life, connection_id, monitor_id,
         sum(messages)::bigint AS message_count, sum(errors)::bigint AS error_count,
         sum(bytes)::float8 / nullif(sum(messages), 0)::float8 AS avg_bytes, max(lat_max_us)::float8 / 1000 AS max_latency,
         sum(bytes)::bigint AS bytes, sum(dropped)::bigint AS dropped, sum(reconnects)::bigint AS reconnects,
         sum(lat_count)::bigint AS lat_count, sum(lat_sum_us)::bigint AS lat_sum_us, max(lat_max_us) AS lat_max_us,
         count(*) AS samples
  FROM grpc_pool_metrics GROUP BY 1, 2, 3, 4, 5 WITH NO DATA;

CREATE MATERIALIZED VIEW grpc_metrics_1h WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
  SELECT time_bucket(INTERVAL '1 hour', minute) AS hour, instance_id, life, connection_id, monitor_id,
         sum(message_count)::bigint AS message_count, sum(error_count)::bigint AS error_count,
         sum(bytes)::float8 / nullif(sum(message_count), 0)::float8 AS avg_bytes,
         max(lat_max_us)::float8 / 1000 AS max_latency,
         sum(bytes)::bigint AS bytes, sum(dropped)::bigint AS dropped, sum(reconnects)::bigint AS reconnects,
         sum(lat_count)::bigint AS lat_count, sum(lat_sum_us)::bigint AS lat_sum_us, max(lat_max_us) AS lat_max_us,
         sum(samples)::bigint AS samples
  FROM grpc_metrics_1m GROUP BY 1, 2, 3, 4, 5 WITH NO DATA;

CREATE MATERIALIZED VIEW grpc_latency_1m WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
  SELECT time_bucket(INTERVAL '1 minute', ts) AS minute, instance_id, life, connection_id, monitor_id,
         firehole_add_buckets(buckets) AS buckets
  FROM grpc_pool_latency GROUP BY 1, 2, 3, 4, 5 WITH NO DATA;

CREATE MATERIALIZED VIEW grpc_latency_1h WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
  SELECT time_bucket(INTERVAL '1 hour', minute) AS hour, instance_id, life, connection_id, monitor_id,
         firehole_add_buckets(buckets) AS buckets
  FROM grpc_latency_1m GROUP BY 1, 2, 3, 4, 5 WITH NO DATA;
