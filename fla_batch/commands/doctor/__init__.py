"""`doctor`: what can go wrong on the deadline, looked at before it. Nothing is changed."""
