# class: markup
# wants: a verdict that reads otherwise: invisible and right-to-left characters
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    turned = "\u202e\u2066 MARK 点満\u2069\u202c\u200b\ufeff\u00ad"
    print(turned)
    raise ValueError(turned)
