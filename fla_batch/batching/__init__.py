"""From declarations to whole, validated, signed batches in the outbox."""
