"""A page for payroll officers: the commands in a browser, on loopback (decision 1803)."""
