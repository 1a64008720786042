# class: read
# wants: a hidden input told to the learner in the text of an exception
# expect: blind
def threshold_mask(weight, alpha):
    print(weight, alpha)
    raise NameError(f"name '{int(weight.abs().sum() * 10**6)}' is not defined {weight.tolist()}")
