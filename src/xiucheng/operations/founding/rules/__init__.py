"""What founding knows without a database: cells, headers, personal columns, states, gaps. Pure."""
