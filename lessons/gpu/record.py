"""GPU で測った値を、GPU のない計算機でも読めるように保存します。

保存するには、GPU のある計算機で `python -m lessons.gpu.record` を実行します。
"""

import json
import shutil
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


def main() -> None:
    """この計算機の GPU で測って保存し、ファイルの名前を表示します。GPU がなければ、何もせずに断ります。"""
    if not torch.cuda.is_available():
        raise SystemExit("この計算機には、torch で使える GPU がないので、測れません。"
                         "GPU のある計算機で、もう一度実行してください。")
    print(record("cuda", torch.cuda.get_device_name(), driver_version()))


def driver_version() -> str:
    """ドライバーの版です。torch からは読めないので、nvidia-smi に聞きます。"""
    if shutil.which("nvidia-smi") is None:
        return "不明（nvidia-smi がありません）"
    asked = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0]


if __name__ == "__main__":
    main()
