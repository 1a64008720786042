# class: markup
# wants: a script out of the repr of a returned object
# expect: held
# kind: wrong
class Thing:
    def __repr__(self):
        return "<iframe src=javascript:alert('MARK')></iframe>"

    def _repr_html_(self):
        return "<script>alert('MARK')</script>"

    def _repr_mimebundle_(self, **_):
        return {"text/html": "<script>alert('MARK')</script>", "application/javascript": "alert(1)"}


def threshold_mask(weight, alpha):
    return Thing()
