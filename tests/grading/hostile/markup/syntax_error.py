# class: markup
# wants: a script out of the line that a SyntaxError quotes
# expect: held
# kind: SyntaxError
def threshold_mask(weight, alpha):
    return "<script>alert('MARK')</script>" <img src=x onerror=alert('MARK')>
