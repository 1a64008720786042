# class: markup
# wants: a script out of the docstring, the name or the comments of the answer
# expect: held
# kind: wrong
# <script>alert('MARK')</script>
def threshold_mask(weight, alpha):
    """</code><script>alert('MARK')</script>"""
    return None


threshold_mask.__name__ = threshold_mask.__qualname__ = "<script>alert('MARK')</script>"
