# class: markup
# wants: HTML shown by the notebook's own display
# expect: held
# kind: wrong
from IPython.display import HTML, Javascript


def threshold_mask(weight, alpha):
    display(HTML("<script>alert('MARK')</script>"), Javascript("alert('MARK')"))
    return None
