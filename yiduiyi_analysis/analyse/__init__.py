"""Typed microdata → evidence that may be published."""
