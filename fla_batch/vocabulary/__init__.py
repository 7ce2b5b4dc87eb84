"""The words of the trade, without any I/O: terms, errors, identifiers, findings, Belgian time."""
