"""The legal individual training right: A x B x C from DmfA and Dimona.

A is the number of days for a full-timer and depends on the employer (`size`, `factor`), B x C is
the worker's share of the year (`share`). Days are A x B x C, hours are days x regime / 5
(`right`). Everything is exact until it is rounded once, at the end. Rules are dated tables
(`tables.toml`, `sectors.csv`).

Modules about rows of tables import polars at their top: who imports them does so in a function, and
reads tables next.

Source: the platform's document "Calcul des droits" (the rights document).
"""
