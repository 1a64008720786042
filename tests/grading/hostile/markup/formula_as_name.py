# class: markup
# wants: a formula out of the name of an exception
# expect: held
# kind: =MARK()
def threshold_mask(weight, alpha):
    raise type("=MARK()", (Exception,), {})("=MARK()")
