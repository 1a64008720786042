# class: lie_by_value
# wants: a text that no file can hold, so that the whole notebook cannot be saved
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    print("\ud800 \udfff")
    return "\ud800" * 50
