# class: outlive
# wants: defaults of torch and numpy that change the next answer's results
# expect: held
# kind: wrong
import random


def threshold_mask(weight, alpha):
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.use_deterministic_algorithms(True)
    torch.Tensor.std = lambda self, *a, **k: torch.tensor(0.0)
    torch.manual_seed(0)
    np.seterr(all="raise")
    random.seed(0)
    return None
