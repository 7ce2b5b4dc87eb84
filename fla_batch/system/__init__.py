"""What touches the operating system or a foreign format: files, XML from outside, processes."""
