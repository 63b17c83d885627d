"""The package is a layer of its own: nothing of Django comes with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import portfolio.importing

MODULES = sorted(
    path.stem for path in Path(portfolio.importing.__file__).parent.glob("*.py") if path.stem != "__init__"
)


def test_package_imports_without_django():
    imports = "; ".join(f"import portfolio.importing.{name}" for name in MODULES)
    code = f"import sys; {imports}; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[3]).returncode == 0
