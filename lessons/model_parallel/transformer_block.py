"""トランスフォーマーの 1 ブロックを、ヘッドと隠れニューロンで分割します(テンソル並列)。

    h = x + Attention(LN(x)),   y = h + MLP(LN(h))

ワーカー k は、注意機構の自分のヘッドと、MLP の自分の隠れニューロンだけを持ちます。
どちらも「列で切り、次を行で切る」組なので、足し合わせる通信は 1 回ずつで済みます。
全体を持つ手本は torch.nn.TransformerEncoderLayer(norm_first=True)です。

形:   B 件, T 語, E 幅 (埋め込みの次元), H ヘッドの数, d = E/H ヘッドの幅, M 隠れニューロンの数
出典: Shoeybi ほか 2019 (Megatron-LM), arXiv:1909.08053, 3 節
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.model_parallel.exchange import Exchange

Product = Callable[[Tensor, list[Tensor]], Tensor]


def whole_block(
    width: int, heads: int, hidden: int, seed: int, dtype: torch.dtype = torch.float32
) -> nn.TransformerEncoderLayer:
    """切る前のブロックです。ドロップアウトはありません。width は heads で割り切れます。"""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        block = nn.TransformerEncoderLayer(
            width, heads, hidden, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        # torch の初期値ではバイアスの多くが 0 で、足し忘れや二重の足し算が見えない。
        for name, parameter in block.named_parameters():
            if "bias" in name:
                nn.init.normal_(parameter, std=0.1)
    return block.to(dtype)


@dataclass(frozen=True, eq=False)
class Part:
    """1 つのワーカーが持つ重みです。どれも [出力, 入力] の順で、それぞれ別のメモリを持ちます。

    query_key_value: [3·(自分のヘッドの数)·d, E] と、そのバイアス
    attention_out:   [E, (自分のヘッドの数)·d]
    up:              [(自分の隠れニューロンの数), E] と、そのバイアス
    down:            [E, (自分の隠れニューロンの数)]
    """

    heads: int
    query_key_value: Tensor
    query_key_value_bias: Tensor
    attention_out: Tensor
    up: Tensor
    up_bias: Tensor
    down: Tensor

    def weights(self) -> list[Tensor]:
        """このワーカーだけが持つテンソルです。"""
        return [self.query_key_value, self.query_key_value_bias, self.attention_out,
                self.up, self.up_bias, self.down]


def cut(block: nn.TransformerEncoderLayer, n_workers: int) -> list[Part]:
    """ブロックを n_workers 個に切ります。

    ValueError: ヘッドか隠れニューロンの数が、ワーカーの数で割り切れないとき。
    """
    attention = block.self_attn
    if attention.num_heads % n_workers or block.linear1.out_features % n_workers:
        counts = attention.num_heads, block.linear1.out_features
        raise ValueError(f"ワーカー {n_workers} 個では割り切れません: {counts}")
    # 行は query、key、value の順に、その中ではヘッドの順に並ぶ。
    rows = [torch.cat(thirds) for thirds in zip(*(
        third.chunk(n_workers) for third in attention.in_proj_weight.chunk(3)), strict=True)]
    biases = [torch.cat(thirds) for thirds in zip(*(
        third.chunk(n_workers) for third in attention.in_proj_bias.chunk(3)), strict=True)]
    pieces = zip(
        rows, biases, attention.out_proj.weight.chunk(n_workers, dim=1),
        block.linear1.weight.chunk(n_workers), block.linear1.bias.chunk(n_workers),
        block.linear2.weight.chunk(n_workers, dim=1), strict=True)
    return [Part(attention.num_heads // n_workers,
                 *(piece.detach().clone().requires_grad_() for piece in own)) for own in pieces]


def forward(
    block: nn.TransformerEncoderLayer, parts: list[Part], x: Tensor, exchange: Exchange,
    column: Product, row: Product,
) -> Tensor:
    """切ったブロックの出力 [B, T, E] です。

    block:       全員が同じものを持つ、層正規化と、和のあとに 1 度だけ足すバイアス
    column, row: 式 (1) と式 (2) の関数。どのワーカーも、自分の重み 1 つだけで呼びます。
    """
    def attend(part: Part, own: Tensor) -> Tensor:
        projected = column(own, [part.query_key_value]) + part.query_key_value_bias
        return row(mixed_words(projected, part.heads, x.shape[1]), [part.attention_out])

    def transform(part: Part, own: Tensor) -> Tensor:
        return row(F.gelu(column(own, [part.up]) + part.up_bias), [part.down])

    def summed(norm: nn.LayerNorm, work: Callable, bias: Tensor, inputs: Tensor) -> Tensor:
        everyone = exchange.to_everyone(norm(inputs).flatten(0, 1), len(parts))
        partial = [work(part, own) for part, own in zip(parts, everyone, strict=True)]
        return (exchange.all_reduce(partial) + bias).view(inputs.shape)

    h = x + summed(block.norm1, attend, block.self_attn.out_proj.bias, x)
    return h + summed(block.norm2, transform, block.linear2.bias, h)


def mixed_words(projected: Tensor, heads: int, words: int) -> Tensor:
    """1 つのワーカーのヘッドで、語を混ぜます。[B·T, 3·heads·d] から [B·T, heads·d] を返します。"""
    query, key, value = (
        third.unflatten(0, (-1, words)).unflatten(-1, (heads, -1)).transpose(1, 2)
        for third in projected.chunk(3, dim=-1))
    mixed = F.scaled_dot_product_attention(query, key, value)  # [B, heads, T, d]
    return mixed.transpose(1, 2).flatten(2).flatten(0, 1)
