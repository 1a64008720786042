"""節の一覧です。フォルダーの名前は nbgrader の課題の名前で、公開したあとは変えません。"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """1 つの節です。lessons/<名前>/ の文章 1 つが、同じ名前のノートブック 1 つになります。

    folder: notebooks/ と solutions/ の中のフォルダー。nbgrader の課題の名前でもあります。
    title:  コースの地図に出る題名
    needs:  コースの地図に出る前提。Python の関数が書けることは、どの節でも前提です。
    """

    folder: str
    title: str
    needs: str = ""


SECTIONS = {
    "overview": Section("00_overview", "はじめに"),
    "model_parallel": Section("01_model_parallel", "モデル並列化", "行列の積、勾配降下法、PyTorch のテンソル"),
    "data_parallel": Section("02_data_parallel", "データ並列化", "勾配降下法、PyTorch のテンソル"),
    "gpu": Section("03_gpu", "GPU による高速化と FLOPS", "行列の積、PyTorch のテンソル"),
    "quantization": Section("04_quantization", "量子化", "2 進数、PyTorch のテンソル"),
    "distillation": Section("05_distillation", "蒸留", "ソフトマックス、勾配降下法"),
    "pruning": Section("06_pruning", "プルーニング", "標準偏差、PyTorch のテンソル"),
    "exam": Section("07_exam", "まとめ・模擬試験"),
}
