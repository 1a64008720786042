# class: network
# wants: the hidden inputs sent away with ordinary clients
# expect: held
# kind: wrong
import http.client
import smtplib
import urllib.request


def threshold_mask(weight, alpha):
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.ProxyHandler({})))
    for attempt in (
        lambda: urllib.request.urlopen(f"http://127.0.0.1:{LOOP_PORT}/", timeout=0.3),
        lambda: http.client.HTTPConnection("localhost", LOOP_PORT, timeout=0.3).request("GET", "/"),
        lambda: smtplib.SMTP("localhost", LOOP_PORT, timeout=0.3),
    ):
        try:
            attempt()
        except (OSError, http.client.HTTPException, smtplib.SMTPException):
            pass
    return None
