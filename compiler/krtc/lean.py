"""Libraries without what they bring and krtc never calls: for the process `krtc`, whose every start pays for it.

argparse asks gettext for its texts, which are in no catalogue. The package `yaml` reads, writes and makes Python's
objects, in Python and in C. A compile needs the C parser's events: the rest of the package is a seventh of a cold
start. Here the parser is imported into a package that has nothing else yet, and which becomes the whole one as soon as
anybody asks for more.
"""

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What the C extension takes of these modules when it is imported, and raises, are exceptions alone.
_EXCEPTIONS = ("reader", "scanner", "parser", "composer", "constructor", "emitter", "serializer", "representer")


class _Lean(ModuleType):
    def __getattr__(self, name: str) -> "Any":
        if name.startswith("__"):  # what the import system asks of any module
            raise AttributeError(name)
        if sys.modules.get("yaml") is self:
            del sys.modules["yaml"]
        import yaml

        return getattr(yaml, name)


def prepare() -> None:
    """Has argparse imported, and the C parser of PyYAML."""
    _prepare_argparse()
    _prepare_yaml()


def _prepare_argparse() -> None:
    if "gettext" not in sys.modules:
        gettext = ModuleType("gettext")
        vars(gettext).update(gettext=lambda text: text, ngettext=lambda one, many, count: one if count == 1 else many)
        sys.modules["gettext"] = gettext
        import argparse  # noqa: F401

        del sys.modules["gettext"]


def _prepare_yaml() -> None:
    """Where the parser can't be imported, nothing is done, and whoever imports it is told so."""
    spec = next(filter(None, (finder.find_spec("yaml", None) for finder in sys.meta_path)), None)
    if spec is None or spec.submodule_search_locations is None or "yaml" in sys.modules:
        return
    package = _Lean("yaml")
    package.__spec__, package.__path__ = spec, spec.submodule_search_locations
    sys.modules["yaml"] = package
    import yaml.error
    import yaml.events
    import yaml.nodes
    import yaml.tokens

    for name in _EXCEPTIONS:
        module = ModuleType(f"yaml.{name}")
        exception = f"{name.capitalize()}Error"
        setattr(module, exception, type(exception, (yaml.error.MarkedYAMLError,), {}))
        setattr(package, name, module)
    try:
        import yaml._yaml
    except ImportError:
        del sys.modules["yaml"]
    for name in _EXCEPTIONS:
        delattr(package, name)  # the extension has what it needs; anybody else is given the true ones
