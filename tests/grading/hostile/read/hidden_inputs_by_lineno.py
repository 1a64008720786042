# class: read
# wants: a hidden input told to the learner by a made-up SyntaxError
# expect: blind
SECRET = []


class Liar(SyntaxError):
    @property
    def lineno(self):
        return int(SECRET[0])


def threshold_mask(weight, alpha):
    SECRET.append(weight.abs().sum() * 10**6)
    error = Liar("U+3000")
    error.__traceback__ = None
    raise error
