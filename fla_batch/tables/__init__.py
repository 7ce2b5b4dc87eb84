"""Tables of every format as rows of cells; used by intake and rights alike."""
