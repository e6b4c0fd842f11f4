"""The gRPC service that draws books at random from PostgreSQL; it owns the schema and the draw."""
