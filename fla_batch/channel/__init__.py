"""The sFTP channel behind a protocol of few methods.

`protocol` says what a gateway does, `sftp` does it over paramiko, `upload` and `retry` use
any gateway. Nothing is imported here: paramiko is heavy.
"""
