# class: honest_but_odd
# wants: full marks with the learner's own tests in the cell
# expect: right
# stock: no
def threshold_mask(weight, alpha):
    return weight.abs() >= alpha * weight.std(correction=0)


print(threshold_mask(torch.tensor([1.0, -2.0, 0.5]), 1.0))
assert threshold_mask(torch.zeros(3), 1.0).all()
if __name__ == "__main__":
    check("threshold_mask")
    display(threshold_mask(torch.randn(3, 3), 0.5))
check(threshold_mask)
