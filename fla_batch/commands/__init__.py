"""One module per use case: plain values in, plain values out; nothing is printed here."""
