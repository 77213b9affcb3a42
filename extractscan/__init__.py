"""Find hidden account networks that harvest an LLM API, and weigh the innocent explanations."""

__version__ = "0.1.0"
