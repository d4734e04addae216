"""An experiment with words of its author's own, in two languages, with files and pictures beside it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers.experiments import SMALL

CHINESE = r"""
本報告比較兩種*優化器*，學習率為 $\eta_t = \eta_0/\sqrt{t}$，每一步更新
權重。<b>不是標記</b>

$$
w_{t+1} \leftarrow w_t - \eta\,\frac{\partial L}{\partial w}
$$

# 研究問題

1. Adam 是否優於 SGD？
2. 動量有多少幫助，見[原論文](https://arxiv.org/abs/1412.6980)？

## 細節

曲線見[](#figure-introduction-curve)，結果見[](#figure-comparison-accuracy)。

: 先前研究的準確率

| 方法 | 準確率 |
|:-----|-------:|
| 感知器 | 0.8125 |
| 我們的 | 0.9375 |

![先前實驗的曲線](pictures/curve.png "先前實驗的準確率")

```python
def learning_rate(t: int) -> float:
    return 0.1 / t**0.5  # 每一步
```

> 簡單就是美。
"""
ENGLISH = r"""
This report compares two *optimizers*. The learning rate is $\eta_t = \eta_0/\sqrt{t}$, and every step changes
the weights. <b>no markup</b>

$$
w_{t+1} \leftarrow w_t - \eta\,\frac{\partial L}{\partial w}
$$

# Questions asked

1. Is Adam better than SGD?
2. How much does momentum help, see [the paper](https://arxiv.org/abs/1412.6980)?

## Details

The curve is in [](#figure-introduction-curve), the result in [](#figure-comparison-accuracy).

: Accuracy in earlier work

| Method | Accuracy |
|:-------|---------:|
| Perceptron | 0.8125 |
| Ours | 0.9375 |

![The curve of an earlier experiment](pictures/curve.png "Accuracy of an earlier experiment")

```python
def learning_rate(t: int) -> float:
    return 0.1 / t**0.5  # 每一步
```

> Simple is beautiful.
"""
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">'
    '<rect width="200" height="100" fill="#174a7c"/><text x="20" y="50" fill="#fff">drawn</text></svg>'
)
TABLE = r"""
[text]
introduction = { zh-Hant = { file = "introduction.zh.md" }, en = { file = "introduction.en.md" } }
method = "We trained every setup with two seeds.\n\n![A blue box](box.svg)\n\n- first\n- second\n"
[text.discussion]
zh-Hant = "兩者的差異很小。\n\n這需要更多種子。"
en = "The difference is small, and `more seeds` are needed."
"""
EXPERIMENT = SMALL + TABLE


def png(width: int = 320, height: int = 200, mode: str = "RGB") -> bytes:
    """A picture of a slope."""
    slope = np.linspace(0, 255, width * height).reshape(height, width).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(slope).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def write_experiment(folder: Path, text: str = EXPERIMENT) -> Path:
    """The experiment with all its files, in a folder."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "pictures" / "curve.png").write_bytes(png())
    (folder / "box.svg").write_text(DRAWING, encoding="utf-8")
    (folder / "introduction.zh.md").write_text(CHINESE, encoding="utf-8")
    (folder / "introduction.en.md").write_text(ENGLISH, encoding="utf-8")
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return file
