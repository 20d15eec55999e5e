-- The Apache edition of TimescaleDB has hypertables, and neither continuous aggregates nor policies.
SELECT create_hypertable('grpc_pool_metrics', by_range('ts', INTERVAL '1 hour'), create_default_indexes => false);
SELECT create_hypertable('grpc_pool_latency', by_range('ts', INTERVAL '1 hour'), create_default_indexes => false);
