"""krtc's own data files, `schemas/` and the folders of templates: in the installed package, or else in the checkout."""

from os.path import abspath, dirname, isdir, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PACKAGE = dirname(dirname(abspath(__file__)))
_ROOT = _PACKAGE if isdir(join(_PACKAGE, "schemas")) else dirname(dirname(_PACKAGE))


def load(names: "Iterable[str]") -> dict[str, str]:
    """The texts of data files by their paths."""
    texts = {}
    for name in names:
        with open(join(_ROOT, name), encoding="utf-8", newline="") as file:
            texts[name] = file.read()
    return texts
