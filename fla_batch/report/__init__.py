"""What is shown outside the terminal: exports, later the HTML page."""
