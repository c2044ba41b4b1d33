"""Pictures as one page that asks nobody for anything: the SVG, and a script of a few lines.

A picture has its own size, or fits the window. A node that is chosen, by mouse or keyboard, and what it is connected
with stay in sight while all else fades.
"""

from html import escape

from krtc.pictures import _common, svg
from krtc.sha256 import policy_source
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from krtc.model.picture import Picture

_STYLE = """\
:root{color-scheme:light dark}
body{margin:0;padding:1rem 1.5rem;font-family:system-ui,sans-serif;background:#ffffff;color:#0f172a}
h1{font-size:1.25rem;margin:1rem 0 .5rem}
label{font-size:.9rem}
.picture{overflow:auto;max-width:100%}
:root:has(#fit:checked) .krtc-picture{max-width:100%;height:auto}
.krtc-picture .node{cursor:pointer}
.krtc-picture .faded{opacity:.15}
@media(prefers-color-scheme:dark){body{background:#0b1220;color:#f1f5f9}}
@media print{.options{display:none}.krtc-picture{max-width:100%;height:auto}}
"""

# Nothing of a user's is in it. A chosen node stays so until another one, or none, is chosen.
_SCRIPT = """
for (const picture of document.querySelectorAll(".krtc-picture")) {
  const all = (what) => [...picture.querySelectorAll(what)];
  const fade = (these, is) => these.forEach((one) => one.classList.toggle("faded", is(one)));
  let chosen = null;
  const choose = (node) => {
    chosen = node === chosen ? null : node;
    const own = (name) => chosen ? name === chosen.dataset.node : true;
    const here = (one) => chosen ? one.dataset.workflow === chosen.dataset.workflow : true;
    const touches = (edge) => here(edge) ? own(edge.dataset.from) || own(edge.dataset.to) : false;
    const near = new Set(all(".edge").filter(touches).flatMap((edge) => [edge.dataset.from, edge.dataset.to]));
    fade(all(".edge, .topics"), (edge) => !touches(edge));
    fade(all(".node"), (node) => here(node) ? !(own(node.dataset.node) || near.has(node.dataset.node)) : true);
    all(".node").forEach((node) => node.setAttribute("aria-pressed", node === chosen));
  };
  picture.addEventListener("click", (event) => choose(event.target.closest(".node")));
  picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose(null);
    if (!["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    choose(event.target.closest(".node"));
  });
  choose(null);
}
"""


def page(pictures: "Sequence[Picture]") -> str:
    """A page with the pictures one below the other, each under the name of its version."""
    title = escape(visible(", ".join(_common.heading(picture) for picture in pictures)))
    parts = [
        f"<h1>{escape(visible(_common.heading(picture)))}</h1>\n"
        f'<div class="picture">\n{svg.draw(picture, f"v{number}-")}\n</div>'
        for number, picture in enumerate(pictures)
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
        f' script-src {policy_source(_SCRIPT)}"/>\n'
        '<meta name="viewport" content="width=device-width"/>\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        '<p class="options"><label><input type="checkbox" id="fit"/> fit to the window</label></p>\n'
        + "\n".join(parts)
        + f"\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )
