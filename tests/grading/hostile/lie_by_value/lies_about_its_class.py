# class: lie_by_value
# wants: isinstance(x, Tensor) true for something else
# expect: held
# kind: wrong
class Chameleon:
    __class__ = torch.Tensor
    dtype, ndim, layout = torch.bool, 2, torch.strided

    def __getattr__(self, name):
        return lambda *_, **__: self

    def __eq__(self, other):
        return True


def threshold_mask(weight, alpha):
    return Chameleon()
