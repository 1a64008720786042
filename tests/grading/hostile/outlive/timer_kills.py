# class: outlive
# wants: a signal that kills while the reply is being sent
# expect: held
# kind: ChildDied|wrong
import signal


def threshold_mask(weight, alpha):
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0001)
    signal.setitimer(signal.ITIMER_PROF, 0.0002)
    return None
