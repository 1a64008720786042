# class: markup
# wants: a script out of a NameError, whose name the message repeats
# expect: held
# kind: NameError
def threshold_mask(weight, alpha):
    raise NameError("name '<script>alert(MARK)</script>' is not defined: 'x' <script>1</script>")
