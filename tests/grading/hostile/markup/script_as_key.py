# class: markup
# wants: a script out of the keys of a returned dict
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return {"<script>alert('MARK')</script>": ["<img src=x onerror=alert('MARK')>"]}
