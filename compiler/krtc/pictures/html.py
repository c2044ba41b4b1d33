"""Pictures as one page that asks nobody for anything: the SVG, and a script of a few lines.

The page fits a picture to the window or shows it in its own size; a node that is pointed at, or chosen with the
keyboard, keeps its edges and neighbours in sight while the others fade.
"""

from base64 import b64encode
from html import escape

from krtc.pictures import _common, svg
from krtc.sha256 import sha256

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

# Nothing of a user's is in it. A chosen node stays so until it, or nothing, is chosen.
_SCRIPT = """\
for (const picture of document.querySelectorAll(".krtc-picture")) {
  let chosen = null;
  const show = (node) => {
    const touched = new Set(node ? [node] : []);
    for (const edge of picture.querySelectorAll(".edge")) {
      const { workflow, from, to } = edge.dataset;
      const ours = !node || (workflow === node.dataset.workflow && [from, to].includes(node.dataset.node));
      edge.classList.toggle("faded", !ours);
      if (ours && node) {
        for (const other of picture.querySelectorAll(".node")) {
          if (other.dataset.workflow === workflow && [from, to].includes(other.dataset.node)) touched.add(other);
        }
      }
    }
    for (const topics of picture.querySelectorAll(".topics")) {
      const { workflow, from, to } = topics.dataset;
      const ours = !node || (workflow === node.dataset.workflow && [from, to].includes(node.dataset.node));
      topics.classList.toggle("faded", !ours);
    }
    for (const other of picture.querySelectorAll(".node")) {
      other.classList.toggle("faded", !!node && !touched.has(other));
      other.setAttribute("aria-pressed", other === chosen);
    }
  };
  const choose = (node) => { chosen = node === chosen ? null : node; show(chosen); };
  picture.addEventListener("click", (event) => choose(event.target.closest(".node")));
  picture.addEventListener("keydown", (event) => {
    const node = event.target.closest(".node");
    if (node && ["Enter", " "].includes(event.key)) { event.preventDefault(); choose(node); }
    if (event.key === "Escape") choose(null);
  });
  show(null);
}
"""


def page(pictures: "Sequence[Picture]") -> str:
    """A page with the pictures one below the other, each under the name of its version."""
    title = escape(_common.visible(", ".join(_common.heading(picture) for picture in pictures)))
    allowed = b64encode(bytes.fromhex(sha256(_SCRIPT))).decode()
    parts = [
        f"<h1>{escape(_common.visible(_common.heading(picture)))}</h1>\n"
        f'<div class="picture">\n{svg.draw(picture, f"v{number}-")}\n</div>'
        for number, picture in enumerate(pictures)
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
        f" script-src 'sha256-{allowed}'\"/>\n"
        '<meta name="viewport" content="width=device-width"/>\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        '<p class="options"><label><input type="checkbox" id="fit"/> fit to the window</label></p>\n'
        + "\n".join(parts)
        + f"\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
    )
