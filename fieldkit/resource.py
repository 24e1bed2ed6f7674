"""Where the shipped data files are, in a checkout, a virtual environment and a bundle alike."""

from importlib.resources import files
from pathlib import Path


def resource(*parts: str) -> Path:
    """Return the path of a file or folder under `resources/`.

    Raises:
        FileNotFoundError: nothing is there; the installation is incomplete.
    """
    path = Path(str(files("resources"))).joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(path)
    return path
