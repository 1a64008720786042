# class: lie_by_value
# wants: type(x) itself made to lie
# expect: held
# kind: wrong|TypeError
class Meta(type):
    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return hash(torch.Tensor)

    def __instancecheck__(cls, other):
        return True

    __name__ = "Tensor"


class Tensor(metaclass=Meta):
    pass


def threshold_mask(weight, alpha):
    return Tensor()
