# class: honest_but_odd
# wants: full marks with helpers before and after the function, and constants
# expect: right
CORRECTION = 0


def threshold_mask(weight, alpha):
    def sigma_of(values):
        centred = values - values.mean()
        return mean_square(centred).sqrt()

    return is_large(weight, alpha * sigma_of(weight))


def mean_square(values):
    return values.pow(2).sum() / (values.numel() - CORRECTION)


is_large = lambda values, cut: values.abs() >= cut
