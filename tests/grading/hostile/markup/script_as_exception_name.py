# class: markup
# wants: a script out of the name of an exception
# expect: held
# kind: <script>alert('MARK')</script>
def threshold_mask(weight, alpha):
    raise type("<script>alert('MARK')</script>", (Exception,), {})("<b onclick=alert('MARK')>")
