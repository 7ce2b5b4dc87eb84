"""BATCH declarations for the Belgian Federal Learning Account (FLA).

The library knows nothing of the command line: `fla_batch.commands.pipeline` is the only place that
knows the order of the steps, `fla_batch.cli` parses, calls it and prints.
"""

__version__ = "0.1.0"
