"""Let tests import the benchmarks, after everything installed: a benchmark may share a package's name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
