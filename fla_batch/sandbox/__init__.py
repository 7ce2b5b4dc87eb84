"""The simulated portal, shipped with the package for the demo, for practice and for tests."""
