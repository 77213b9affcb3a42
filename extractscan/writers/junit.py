"""The findings as JUnit XML, for CI servers that show test results."""

from __future__ import annotations

from collections.abc import Iterator

from extractscan.model import Network, Report
from extractscan.writers.reading import PROMISE, holders, nothing_found, ranked


def render(report: Report) -> bytes:
    """Return one suite: each network is a case, named by its fingerprint, and each signal that could not run another.

    An extraction network fails unless the user's own list covers it, which skips it, as a signal without data is
    skipped. Other verdicts pass. Without networks one case says what that does not mean.
    """
    from xml.etree.ElementTree import Element

    from extractscan.writers.xml_text import document, under

    untested = [signal for signal in report.coverage.signals if not signal.ran]
    failed = [n for n in report.networks if n.verdict == "extraction_network" and n.suppressed is None]
    skipped = len(untested) + sum(network.suppressed is not None for network in report.networks)
    counted = {"tests": max(len(report.networks), 1) + len(untested), "failures": len(failed)}
    counted |= {"errors": 0, "skipped": skipped}
    root = Element("testsuites", {"name": "extractscan", **{name: str(number) for name, number in counted.items()}})
    suite = under(root, "testsuite", name="extractscan", **counted, time="0")
    if report.tlp is not None:
        under(under(suite, "properties"), "property", name="tlp", value=f"TLP:{report.tlp.upper()}")
    for network in ranked(report.networks):
        case = under(suite, "testcase", classname=f"networks.{network.verdict}", name=network.fingerprint, time="0")
        if network.suppressed is not None:
            under(case, "skipped", message=f"on the user's own list: {network.suppressed}")
        elif network in failed:
            under(case, "failure", message=network.title, type=network.level).text = "\n".join(_told(network))
        else:
            under(case, "system-out").text = "\n".join(_told(network))
    if not report.networks:
        case = under(suite, "testcase", classname="networks", name="no network stands out", time="0")
        under(case, "system-out", nothing_found(report))
    for signal in untested:
        case = under(suite, "testcase", classname=f"signals.{signal.channel}", name=signal.name, time="0")
        under(case, "skipped", message=signal.why_not or "no reason given")
    return document(root)


def _told(network: Network) -> Iterator[str]:
    from extractscan.writers.show import SENTENCE, show

    yield f"{network.id}: {show(network.title, SENTENCE)}"
    for item in network.evidence:
        held = f" ({told})" if (told := holders(item)) else ""
        yield f"{item.bits:+.1f} {show(item.channel)} {show(item.signal)}: {show(item.summary, SENTENCE)}{held}"
    for item in network.extraction:
        yield f"{item.bits:+.1f} harvest {show(item.signal)}: {show(item.summary, SENTENCE)}"
    for one in network.hypotheses:
        yield f"{one.bits:+.1f} would be explained by {show(one.title, SENTENCE)}"
    yield PROMISE
