"""What the platform holds of a worker and a year: photo, credit, what is in force."""
