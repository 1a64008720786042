# class: markup
# wants: a script out of the name of a type
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return type("<script>alert('MARK')</script>", (), {})()
