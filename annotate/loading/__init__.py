"""Load articles from files: find them, read them, cut them into sentences, store each whole or not at all."""

from annotate.loading.preparing import Terms
from annotate.loading.report import Loaded
from annotate.loading.sources import LARGEST_FILE, Source, find_sources
from annotate.loading.storing import load

__all__ = ["LARGEST_FILE", "Loaded", "Source", "Terms", "find_sources", "load"]
