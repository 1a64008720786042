# class: honest_but_odd
# wants: full marks for an object that can be called, made of a torch module
# expect: right
class Mask(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, weight, alpha):
        self.calls += 1
        return weight.abs() >= alpha * weight.std(correction=0)


threshold_mask = Mask().eval()
