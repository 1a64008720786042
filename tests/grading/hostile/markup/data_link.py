# class: markup
# wants: a link in the report that does something when it is clicked
# expect: held
# kind: ValueError
def threshold_mask(weight, alpha):
    raise ValueError(
        "[MARK](javascript:alert(1)) <a href='data:text/html,<script>alert(1)</script>'>hint</a>"
        " <form action=http://192.0.2.1><button>MARK</button></form><style>*{display:none}</style>"
    )
