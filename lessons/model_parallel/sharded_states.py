"""学習の間に 1 つのワーカーが持つ大きさ: データ並列、ZeRO の 3 つの段階、モデル並列。

    M_0 = (2 + 2 + K) Ψ                 写しを全員が持つデータ並列
    M_1 = (2 + 2) Ψ + K Ψ / n           オプティマイザの状態を分ける
    M_2 = 2 Ψ + (2 + K) Ψ / n           勾配も分ける
    M_3 = (2 + 2 + K) Ψ / n             パラメータも分ける

1 個のパラメータにつき、16 bit のパラメータと勾配が 2 byte ずつ、
オプティマイザの状態(32 bit の写しと Adam の 2 つのモーメント)が K = 12 byte です。

記号: Ψ parameters, n n_workers。M の単位は byte です。
出典: Rajbhandari ほか 2020 (ZeRO), arXiv:1910.02054, 3 節と 5 節
"""

PARAMETER_BYTES, GRADIENT_BYTES, OPTIMIZER_BYTES = 2, 2, 12
STAGES = ("データ並列", "ZeRO 1: オプティマイザの状態を分ける", "ZeRO 2: 勾配も分ける",
          "ZeRO 3（FSDP）: パラメータも分ける")


def bytes_held(parameters: float, n_workers: int, stage: int) -> float:
    """M_stage: 1 つのワーカーが持つパラメータ、勾配、オプティマイザの状態 (byte) です。"""
    of_stage = ((1, OPTIMIZER_BYTES), (2, GRADIENT_BYTES), (3, PARAMETER_BYTES))
    return parameters * sum(
        size / n_workers if stage >= first else size for first, size in of_stage)
