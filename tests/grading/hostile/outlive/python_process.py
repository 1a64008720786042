# class: outlive
# wants: a worker of multiprocessing that goes on
# expect: held
# kind: wrong|OSError|BlockingIOError|TimeUp|ChildDied
import multiprocessing
import time


def threshold_mask(weight, alpha):
    multiprocessing.get_context("fork").Process(target=time.sleep, args=(1_000,)).start()
    return None
