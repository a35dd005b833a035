"""Notebooks → reports."""
