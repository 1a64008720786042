"""節の順番です。番号は 0 から始まる並び順で、00_overview のように使います。"""

SECTIONS = {
    "overview": "はじめに",
    "model_parallel": "モデル並列化",
    "data_parallel": "データ並列化",
    "gpu": "GPU による高速化と FLOPS",
    "quantization": "量子化",
    "distillation": "蒸留",
    "pruning": "プルーニング",
    "golf": "まとめ・模擬試験",
}
