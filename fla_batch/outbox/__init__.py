"""The outbox on disk: what we send, whole batches or none; what we received, never overwritten.

`<R|T|S>/<batch>/` holds `sent/` (FI, FS, GO), `received/` (FO, FS, GO as they came) and
`manifest.json`; `<R|T|S>/inbox/` the answers whose batch is not known (yet); `quarantine/` what
could not be trusted or read. Folders 0700, files 0600: they hold national numbers (S12).
"""
