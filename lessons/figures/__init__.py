"""講座の図です。数値を受け取り、matplotlib の Figure と、図の内容を述べる文を返します。"""

import matplotlib
import matplotlib_fontja

# matplotlib_fontja は読み込むと日本語のフォントを登録する。
# IPAexGothic にない記号 (≤ や ∑ など) は DejaVu Sans で描く。
matplotlib_fontja.japanize()
matplotlib.rcParams["font.family"] = ["IPAexGothic", "DejaVu Sans"]

# Okabe と Ito の配色から選んだ、色覚によらず見分けやすい色。
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#7A7A7A"
