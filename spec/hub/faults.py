"""A server that misbehaves on request: faults.py PORT [ignored].

The path's first segment names the fault. As a Hub it serves one model in any organisation, and the organisation names the fault:
info_* break the model's record, tree_* its list of files, file_* the file itself; "fine" and others serve it well.
"""
import gzip
import json
import re
import socket
import socketserver
import sys
import time

OK = b"HTTP/1.1 200 OK\r\n"
COMMIT = "c0" * 20
BLOCK = b"B\x00\x00\x04\x00" + b"x" * 0x40000 + b"0"
FILE = b"\x80\x04" + 6 * BLOCK + b"N."  # a harmless pickle of 1.5 MB
EVIL = b"\x80\x04cos\nsystem\n(X\x04\0\0\0truetR0" + FILE[2:]  # one that would call os.system('true') first
counts = {}


def status(code, extra=b"", body=b""):
    return b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s" % (code, extra, len(body), body)


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while True:
            lines = []
            while True:
                try:
                    line = self.rfile.readline(65536)
                except ConnectionResetError:
                    return
                if not line:
                    return
                if line in (b"\r\n", b"\n"):
                    break
                lines.append(line.decode("latin1").strip())
            if not lines:
                return
            path = lines[0].split(" ")[1]
            if path.startswith("http://"):  # asked as a proxy
                path = "/proxied"
            headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
            self.body = self.rfile.read(int(headers.get("Content-Length", 0)))
            fault = path.split("/")[1].replace("-", "_")
            counts[path] = counts.get(path, 0) + 1
            try:
                if not getattr(self, fault, self.hub_file)(path, headers):
                    return
            except (BrokenPipeError, ConnectionResetError):
                return

    def send(self, *pieces):
        for piece in pieces:
            self.wfile.write(piece)
        self.wfile.flush()

    def plain(self, body, extra=b""):
        self.send(OK, extra, b"Content-Length: %d\r\n\r\n" % len(body), body)
        return True

    def refuse(self, code, extra=b"", body=b""):
        self.send(status(code, extra, body))
        return True

    # ---------------------------------------------------------- a transport's troubles

    def echo(self, path, headers):
        return self.plain("\n".join("%s: %s" % pair for pair in sorted(headers.items())).encode())

    def proxied(self, path, headers):
        return self.plain(b"by the proxy")

    def count(self, path, headers):  # how often a path was asked for
        return self.plain(str(counts.get(path[len("/count"):], 0)).encode())

    def stall(self, path, headers):  # a few bytes, then nothing
        self.send(OK, b"Content-Length: 100\r\n\r\n", b"abc")
        self.rfile.read(1)

    def mute(self, path, headers):  # not even a status line
        self.rfile.read(1)

    def cut(self, path, headers):
        self.send(OK, b"Content-Length: 100\r\n\r\n", b"abc")

    def cut_once(self, path, headers):
        return self.cut(path, headers) if counts[path] == 1 else self.plain(b"whole")

    def reset(self, path, headers):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def endless(self, path, headers):
        self.send(OK, b"Connection: close\r\n\r\n")
        while True:
            self.send(b"x" * 65536)

    def bomb(self, path, headers):  # 16 MB in 16 KB
        return self.plain(gzip.compress(b"[" + b" " * (1 << 24) + b"]"), b"Content-Encoding: gzip\r\n")

    def headers(self, path, headers):  # more headers than anybody needs
        self.send(OK, b"X-Filler: " + b"y" * 8000 + b"\r\n")
        for _ in range(100):
            self.send(b"X-Filler: " + b"y" * 8000 + b"\r\n")
        self.send(b"Content-Length: 0\r\n\r\n")

    def garbage(self, path, headers):
        self.send(b"\0\1\2 not http at all\r\n\r\n")

    def circle(self, path, headers):
        return self.refuse(302, b"Location: %s\r\n" % path.encode())

    def html(self, path, headers):
        return self.plain(b"<html>sign in to this network</html>", b"Content-Type: text/html\r\n")

    # ------------------------------------------------------------------------ OSV's API

    def osv(self, path, headers):  # knows one thing about torch
        if path.endswith("/v1/querybatch"):
            about = [query["package"]["name"] for query in json.loads(self.body)["queries"]]
            return self.plain(json.dumps({"results": [{"vulns": [{"id": "GHSA-torch"}]} if name == "torch" else {} for name in about]}).encode())
        affected = {"package": {"ecosystem": "PyPI", "name": "torch"}, "versions": ["1.0"]}
        return self.plain(json.dumps({"id": "GHSA-torch", "affected": [affected]}).encode())

    def osv_halfway(self, path, headers):  # knows that there are records, and does not give them
        return self.osv(path, headers) if path.endswith("/v1/querybatch") else self.osv_broken(path, headers)

    def osv_broken(self, path, headers):
        return self.refuse(500, b"Retry-After: 90\r\n")

    # ---------------------------------------------------------------------------- a Hub

    def trouble(self, what, path, headers):
        """Troubles that any of the three can have; None if `what` is not one of them."""
        plain = {"stall": self.stall, "mute": self.mute, "cut": self.cut, "circle": self.circle, "html": self.html, "endless": self.endless}
        if what in plain:
            return plain[what](path, headers) or False
        if what.isdigit():
            extra = {"403": b"X-Error-Code: GatedRepo\r\nX-Error-Message: ask first\r\n", "429": b"Retry-After: 3600\r\n"}.get(what, b"")
            return self.refuse(int(what), extra)
        if what == "busy" and counts[path] == 1:
            return self.refuse(429, b"Retry-After: 1\r\n")
        return None

    def api(self, path, headers):
        model = re.match(r"/api/models/([^/]+)/m/(revision|tree)/[^?]*\??(.*)$", path)
        if not model:
            return self.refuse(404)
        organisation, what, page = model.groups()
        part, _, fault = organisation.partition("_")
        if part == {"revision": "info", "tree": "tree"}[what]:
            done = self.trouble(fault, path, headers)
            if done is not None:
                return done
        if what == "revision":
            return self.plain(json.dumps({"id": organisation + "/m", "sha": COMMIT}).encode())
        extra = b""
        if organisation == "tree_pages":  # always one more, each file only once
            number = int((re.search(r"page=(\d+)", page) or [0, 0])[1])
            extra = b'Link: <%s&page=%d>; rel="next"\r\n' % (re.sub(r"&page=\d+", "", path).encode(), number + 1)
            return self.plain(json.dumps([{"type": "file", "path": "%d.pkl" % number, "size": 1, "oid": "a" * 40}]).encode(), extra)
        return self.plain(json.dumps([{"type": "file", "path": "model.pkl", "size": len(self.content(organisation)), "oid": "a" * 40}]).encode())

    def content(self, organisation):
        return EVIL if organisation.endswith("_evil") else FILE

    def hub_file(self, path, headers):
        organisation = path.split("/")[1]
        fault = organisation.removesuffix("_evil").partition("_")[2]
        whole = self.content(organisation)
        done = self.trouble(fault, path, headers) if organisation.startswith("file_") else None
        if done is not None:
            return done
        first, last = (int(number) for number in re.fullmatch(r"bytes=(\d+)-(\d+)", headers["range"]).groups())
        data = whole[first:last + 1]
        size = len(whole)
        etag = b'ETag: "%d"\r\n' % (counts[path] if fault == "changes" else 1)
        if fault == "whole":  # no ranges
            return self.plain(whole, etag)
        if fault == "lies":
            size += 1
        if fault == "short":
            data = data[:-1]
        if fault == "shifted":
            first, last = first + 1, last + 1
        if fault == "gzip":
            etag, data = etag + b"Content-Encoding: gzip\r\n", gzip.compress(data)
        if fault == "commit":
            etag += b"X-Repo-Commit: " + b"d0" * 20 + b"\r\n"
        if fault == "slow":
            time.sleep(0.3)
        return self.refuse(206, etag + b"Content-Range: bytes %d-%d/%d\r\n" % (first, min(last, len(whole) - 1), size), data)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
