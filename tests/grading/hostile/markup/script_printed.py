# class: markup
# wants: a script in the instructor's browser, out of a print
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    print("<script>alert('MARK')</script><img src=x onerror=alert('MARK')>")
    return None
