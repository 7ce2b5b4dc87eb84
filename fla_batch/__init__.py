"""BATCH declarations for the Belgian Federal Learning Account (FLA).

The library knows nothing of the command line: `fla_batch.commands` has a module for each use case,
`fla_batch.cli` parses, calls one and prints.
"""

__version__ = "0.1.0"
