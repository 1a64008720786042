# class: lie_by_value
# wants: minutes spent on writing down one number
# expect: held
# exercise: csr_bytes
# kind: wrong|BadReply|TimeUp
def csr_bytes(rows, nonzeros, value_bytes, index_bytes):
    return 10**5_000_000
