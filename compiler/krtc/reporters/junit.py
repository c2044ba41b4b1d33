"""The diagnostics as a JUnit report, which most CI systems show as tests: a file is a test, its findings a failure.

Format: no standard has it; Jenkins's XSD (junit-10.xsd of its xunit plugin) is what all of them take.
"""

from krtc.reporters._common import lines, path
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from krtc.diagnostics import Diagnostic


def report(diagnostics: "Sequence[Diagnostic]", checked: "Sequence[str]" = ()) -> str:
    """A test for each file checked or found wrong. Errors and warnings fail it, notes are its output.

    No time and no host: the same findings are the same bytes.
    """
    from xml.etree import ElementTree

    tests: dict[str, list[Diagnostic]] = {path(name): [] for name in checked}
    for diagnostic in diagnostics:
        tests.setdefault(path(diagnostic.span.file.name), []).append(diagnostic)
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", name="krtc")
    failures = 0
    for name, found in tests.items():
        test = ElementTree.SubElement(suite, "testcase", classname="krtc", name=visible(name))
        notes = [diagnostic for diagnostic in found if diagnostic.severity == "note"]
        wrong = [diagnostic for diagnostic in found if diagnostic.severity != "note"]
        if wrong:
            failures += 1
            # One failure a test, however many are wrong: Jenkins, GitLab and Azure show the first alone.
            first = next((diagnostic for diagnostic in wrong if diagnostic.severity == "error"), wrong[0])
            message = _lines(first)[0] + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else "")
            ElementTree.SubElement(test, "failure", type=first.severity, message=message).text = _text(wrong)
        if notes:
            ElementTree.SubElement(test, "system-out").text = _text(notes)
    for element in (root, suite):
        element.attrib |= {"tests": str(len(tests)), "failures": str(failures), "errors": "0"}
    ElementTree.indent(root)
    # As in document(): nothing that GitHub's runner or Azure's obeys in the middle of a line.
    text = ElementTree.tostring(root, encoding="unicode").replace("##", "#&#35;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _text(diagnostics: "Sequence[Diagnostic]") -> str:
    return "\n".join([line for diagnostic in diagnostics for line in _lines(diagnostic)])


def _lines(diagnostic: "Diagnostic") -> list[str]:
    span, code = diagnostic.span, diagnostic.code
    message, *more = lines(diagnostic)
    # The place first, and not the file, which the test is named after: no line begins with a text of the user's.
    headline = f"{span.line}:{span.column}: {diagnostic.severity}[{code.id}] {code.slug}: {message}"
    return [headline, *[f"  {line}" for line in more]]
