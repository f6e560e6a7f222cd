"""Signs in with Authlib: PKCE, state, nonce, private_key_jwt. One sign-in for
each line "go" on standard input, as login.mjs has it.

python3 authlib_login.py ISSUER CLIENT_ID KEY.pem KID ALG REDIRECT_URI [aud=issuer]
"""
import json
import sys
import time
import uuid
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

issuer, client_id, key_file, kid, alg, redirect = sys.argv[1:7]
own_audience = sys.argv[7:] == ["aud=issuer"]
key = open(key_file).read()


class Framework:
    """Where a web framework would be. No token is ever updated."""

    def update_token(self, token, **kwargs):
        raise RuntimeError("no token is updated here")


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Session


class Assertion(PrivateKeyJWT):
    """Its own assertion lives an hour; CIS2 wants minutes. Each has its own jti."""

    def sign(self, auth, token_endpoint):
        self.alg = alg
        self.headers = {"kid": kid, "alg": alg}
        self.claims = {"exp": int(time.time()) + 180, "jti": str(uuid.uuid4())}
        if own_audience:
            self.claims["aud"] = issuer
        return super().sign(auth, token_endpoint)


def begin():
    app = App(
        Framework(), client_id=client_id, client_secret=key,
        server_metadata_url=issuer + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile nationalrbacaccess", "code_challenge_method": "S256",
                       "token_endpoint_auth_method": "private_key_jwt"},
        client_auth_methods=[Assertion()],
    )
    asked = app.create_authorization_url(redirect, acr_values="AAL3_ANY")

    def finish(back):
        got = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        # What its integrations for Flask and Django do around the library.
        if "error" in got:
            return {"error": got["error"], "description": got.get("error_description", "")}
        if got.get("state") != asked["state"]:
            return {"error": "mismatching_state", "description": "CSRF Warning! State not equal in request and response."}
        token = app.fetch_access_token(redirect, code=got["code"], state=got["state"], code_verifier=asked["code_verifier"])
        claims = app.parse_id_token(token, nonce=asked["nonce"])
        hint.append(token["id_token"])
        return {"claims": claims, "userinfo": app.userinfo(token=token)}

    def leave(after, state):
        """The library only knows where."""
        asks = {"id_token_hint": hint[-1], "post_logout_redirect_uri": after, "state": state}
        return app.load_server_metadata()["end_session_endpoint"] + "?" + urlencode(asks)

    hint = []
    return asked["url"], finish, leave


def say(value):
    print(json.dumps(value), flush=True)


for line in sys.stdin:
    try:
        if line.startswith("leave "):
            state = str(uuid.uuid4())
            say({"url": leave(line[6:].strip(), state), "state": state})
            continue
        url, finish, leave = begin()
        say({"url": url})
        say(finish(sys.stdin.readline().strip()))
    except Exception as e:  # the library's own, requests' and json's: all are answers
        say({"error": getattr(e, "error", "") or type(e).__name__, "description": str(getattr(e, "description", "") or e)})
