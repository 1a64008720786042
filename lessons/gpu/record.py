"""GPU で測った値を、GPU のない計算機でも読めるように保存します。

保存するには、GPU のある計算機で `python -m lessons.gpu.record` を実行します。
"""

import json
import subprocess
from datetime import date
from pathlib import Path

import torch

from lessons.gpu.flops import matmul_flops
from lessons.gpu.ladder import on_device
from lessons.measured import FOLDER


def record(device: str, card: str, driver: str, folder: Path = FOLDER) -> Path:
    """device で行列の積を測り、日付、カード、ドライバー、torch の版とともに保存します。"""
    flops = {n: matmul_flops(n, n, n) / seconds for n, seconds in on_device(device).items()}
    about = {"date": date.today().isoformat(), "card": card, "driver": driver,
             "torch": torch.__version__, "flops": flops}
    path = folder / f"gpu-{card.replace(' ', '-')}.json"
    path.write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return path


def recorded(folder: Path = FOLDER) -> dict[str, dict[int, float]]:
    """保存してある速さ (FLOPS) を、カードと日付の名前ごとに返します。はしごの段になります。"""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("gpu-*.json"))]
    return {f"保存値 {each['date']}: {each['card']}": {int(n): s for n, s in each["flops"].items()}
            for each in found}


def about_the_gpu() -> str:
    """この計算機に GPU があるか、なければ保存した値があるかを、文にします。"""
    if torch.cuda.is_available():
        return f"GPU は {torch.cuda.get_device_name()} です。はしごの最後の段で測っています。"
    if recorded():
        return "この計算機には、torch で使える GPU がありません。最後の段は、保存してある測定値です。"
    return ("この計算機には、torch で使える GPU がありません。保存した測定値もないので、GPU の段はありません。"
            "GPU のある計算機では、python -m lessons.gpu.record を実行すると、測定値を保存できます。")


if __name__ == "__main__":
    # ドライバーの版は torch からは読めないので、nvidia-smi に聞く。
    asked = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0]
    print(record("cuda", torch.cuda.get_device_name(), version))
