"""Clean, estimate and report the evaluation of the one-to-one school support programme."""

__version__ = "0.1.0"
