"""A page for payroll officers: the commands in a browser, on loopback; `fla-batch ui` (decision 1803)."""
