"""The settings of `fla-batch.toml` and of the environment."""
