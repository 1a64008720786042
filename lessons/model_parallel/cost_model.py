"""費用のモデル: 分けると計算は速くなりますが、通信の時間が加わります。

式の番号は 01_2_tensors のものです。
"""


def model_parallel_speedup(
    compute_seconds: float, bytes_moved: float, bytes_per_second: float, n_workers: int
) -> float:
    """式 (3): n 個のワーカーに分けると、1 個のときの何倍の速さになるかを見積もります。

    計算は等しく分かれ、通信は分かれません。計算と通信は同時に進みません。
    ワーカーが 1 個のときは、通信しません。

    compute_seconds:  1 個のワーカーでの、1 回の更新の計算時間 (s)。正です。
    bytes_moved:      分けたとき、1 回の更新でワーカーの間を通るデータの合計 (byte)。0 以上です。
    bytes_per_second: 通信の速さ (byte/s)。正です。
    n_workers:        ワーカーの数 n。1 以上です。
    戻り値:           T(1)/T(n)。1 より小さければ、分けると遅くなります。丸めません。
    ValueError:       引数が上の範囲にないとき。
    """
    if min(compute_seconds, bytes_per_second) <= 0 or bytes_moved < 0 or n_workers < 1:
        arguments = compute_seconds, bytes_moved, bytes_per_second, n_workers
        raise ValueError(f"範囲にない引数があります: {arguments}")
    if n_workers == 1:
        return 1.0
    transfer_seconds = bytes_moved / bytes_per_second
    return compute_seconds / (compute_seconds / n_workers + transfer_seconds)
