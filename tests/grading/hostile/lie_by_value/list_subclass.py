# class: lie_by_value
# wants: a list that shows something else each time it is read
# expect: held
# exercise: remove_neurons
# kind: wrong
class Shifty(tuple):
    def __iter__(self):
        return iter(())

    def __len__(self):
        return 3

    def __eq__(self, other):
        return True


def remove_neurons(*arguments):
    return Shifty((1, 2, 3))
