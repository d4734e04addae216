"""A small PDF with everything that the writer does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen.report.pdf import writer

CREATED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
METRICS = b"epoch,loss\n1,2.30\n2,1.90\n" * 100

HAN = "本報告比較三種最佳化器在相同條件下之表現與其不確定性訓練驗證測試損失準確率批次大小學習動量權重衰減矩陣"
CHINESE = "本報告比較三種最佳化器的表現，所有數字皆由程式算出；若差異無法分辨，亦如實說明——不多說一句……" * 3
ENGLISH = (
    "The report compares three optimizers on equal terms, and says so when they cannot be told apart. " * 3
)

STYLE = """
@page { size: 150mm 220mm; margin: 20mm }
html { font: 10pt/1.6 'Report Song TC', 'Report Serif', 'Report Sans' }
[lang=en] { font-family: 'Report Serif', 'Report Sans', 'Report Song TC' }
h1, h2, table { font-family: 'Report Hei TC', 'Report Sans' }
h1, h2, th { font-weight: 700 }
body { margin: 0 }
p { text-align: justify }
.page { break-before: page }
"""
SAMPLE = f"""<!DOCTYPE html>
<html lang="zh-Hant-TW"><head><title>優化器比較 Comparing optimizers</title><style>{STYLE}</style></head>
<body><h1>優化器比較</h1><p>{CHINESE}</p><p lang="en">{ENGLISH}</p>
<p>見<a href="#settings">第二節</a>與<a href="https://example.org/paper">論文</a>。</p>
<h2 id="settings">設定</h2>
<table><thead><tr><th scope="col">優化器</th><th scope="col" lang="en">Rate</th></tr></thead>
<tbody><tr><th scope="row" lang="en">Adam</th><td>0.001</td></tr></tbody></table>
<div class="page" style="font-family:'Report Song TC'">{HAN}</div>
<div class="page" style="font-family:'Report Hei TC'">{HAN}</div>
<div class="page" style="font-family:'Report Hei TC';font-weight:700">{HAN}</div>
<div class="page" style="font-family:'Report Mono'"><b>def</b> step(self):</div>
</body></html>"""


def write(html: str, target: Path, **options: Any) -> writer.PdfResult:
    return writer.write_pdf(html, target, **{"identifier": "run-1", "created": CREATED, **options})


def page(body: str) -> str:
    return f'<html lang="zh-Hant-TW"><title>題</title><style>{STYLE}</style><body>{body}</body></html>'


ATTACHMENTS = (
    writer.Attachment("metrics.csv", METRICS, "每週期之數字 numbers by epoch", "text/csv"),
    writer.Attachment("experiment.toml", "title = '優化器'\n".encode(), "設定", "application/toml"),
)
