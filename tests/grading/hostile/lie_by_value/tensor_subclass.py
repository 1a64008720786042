# class: lie_by_value
# wants: a tensor that answers every question about itself
# expect: held
# kind: wrong
class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), keywords=None):
        if function in (torch.equal, torch.allclose, torch.Tensor.__eq__):
            return True
        return super().__torch_function__(function, types, arguments, keywords or {})

    def __eq__(self, other):
        return True

    def all(self, *_):
        return True


def threshold_mask(weight, alpha):
    return torch.zeros(weight.shape, dtype=torch.bool).as_subclass(Agreeable)
