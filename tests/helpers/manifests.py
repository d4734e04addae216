"""A manifest with all that every reader of a run relies on."""

from __future__ import annotations

from typing import Any


def a_manifest(run: str = "run", **others: Any) -> dict[str, Any]:
    """That of a run on the embedded digits. others: what it holds besides, or in place of these."""
    title = {"zh-Hant": "優化器比較", "en": "Comparing optimizers"}
    return {
        "run": run,
        "experiment": {
            "name": "small",
            "file": "small.toml",
            "options": [],
            "settings": {"title": title},
        },
        "languages": ["zh-Hant", "en"],
        "data": {"source": "digits", "digest": "0f" * 32},
        "versions": {"reportgen": "0.1.0"},
        "device": {"processor": "one", "workers": 1},
        "times": {
            "started": "2026-01-02T03:04:05+00:00",
            "finished": "2026-01-02T03:05:05+00:00",
            "seconds": 60.0,
        },
        **others,
    }
