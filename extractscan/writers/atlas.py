"""Techniques of MITRE ATLAS that the findings are consistent with."""

from __future__ import annotations

from typing import NamedTuple

from extractscan.model import Network


class Technique(NamedTuple):
    """One technique as ATLAS names it; `parent` where it is a sub-technique."""

    id: str
    name: str
    parent: tuple[str, str] | None = None

    @property
    def url(self) -> str:
        """Where ATLAS describes it."""
        return f"https://atlas.mitre.org/techniques/{self.id}"


EXTRACT_MODEL = Technique("AML.T0024.002", "Extract AI Model", ("AML.T0024", "Exfiltration via AI Inference API"))
INFERENCE_ACCESS = Technique("AML.T0040", "AI Model Inference API Access")
PROMPT_CRAFTING = Technique("AML.T0065", "LLM Prompt Crafting")
ESTABLISH_ACCOUNTS = Technique("AML.T0021", "Establish Accounts")
SERVICE_PROXIES = Technique("AML.T0008.005", "AI Service Proxies", ("AML.T0008", "Acquire Infrastructure"))


def techniques(network: Network) -> list[Technique]:
    """Return what a network's traffic is consistent with, most telling first.

    Only a network whose harvest stands is mapped at all. Prompt crafting wants a template, establishing accounts wants
    evidence of identity, and service proxies want a reseller that more speaks for than against.
    """
    if network.verdict != "extraction_network":
        return []
    found = [EXTRACT_MODEL, INFERENCE_ACCESS]
    if network.templates:
        found.append(PROMPT_CRAFTING)
    if any(item.channel == "identity" and item.bits > 0 for item in network.evidence):
        found.append(ESTABLISH_ACCOUNTS)
    if any(one.id.startswith("H4") and one.bits > 0 for one in network.hypotheses):
        found.append(SERVICE_PROXIES)
    return found
