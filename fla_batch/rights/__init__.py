"""The legal individual training right: A x B x C from DmfA and Dimona.

A is the number of days for a full-timer and depends on the employer (`size`, `factor`), B x C is
the worker's share of the year (`share`). Days are A x B x C, hours are days x regime / 5
(`right`). Everything is exact until it is rounded once, at the end. Rules are dated tables
(`tables.toml`, `sectors.csv`).

Source: the platform's document "Calcul des droits" (the rights document).
"""
