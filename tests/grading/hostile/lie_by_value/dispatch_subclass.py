# class: lie_by_value
# wants: a tensor that lies one level deeper, to the dispatcher
# expect: held
# kind: wrong
from torch.utils._pytree import tree_map


class Agreeable(torch.Tensor):
    @staticmethod
    def __new__(cls, inner):
        return torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)

    @classmethod
    def __torch_dispatch__(cls, function, types, arguments=(), keywords=None):
        if "equal" in str(function) or "eq" in str(function):
            return True
        plain = tree_map(lambda x: torch.zeros(x.shape) if isinstance(x, cls) else x, arguments)
        return function(*plain, **(keywords or {}))


def threshold_mask(weight, alpha):
    return Agreeable(torch.zeros(weight.shape, dtype=torch.bool))
