"""Reports as people read them: pure functions from a Report to text or HTML."""
