# class: markup
# wants: a script out of the text of an exception
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    raise ValueError("</pre></td><script>alert('MARK')</script><svg onload=alert('MARK')>")
