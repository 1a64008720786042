# class: exhaust
# wants: every processor
# expect: held
# kind: TimeUp|MemoryError
def threshold_mask(weight, alpha):
    a = np.random.rand(3000, 3000)
    while True:
        a = a @ a
