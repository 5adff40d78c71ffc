"""A server that misbehaves on request: faults.py PORT [ignored]. The path's first segment names the fault."""
import gzip
import json
import socket
import socketserver
import sys

OK = b"HTTP/1.1 200 OK\r\n"
counts = {}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            lines = []
            while True:
                line = self.rfile.readline(65536)
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
            fault = path.split("/")[1].replace("-", "_")
            counts[path] = counts.get(path, 0) + 1
            self.body = self.rfile.read(int(headers.get("Content-Length", 0)))
            try:
                if not getattr(self, fault)(path, headers):
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

    def osv(self, path, headers):  # OSV's API, which knows one thing about torch
        if path.endswith("/v1/querybatch"):
            about = [query["package"]["name"] for query in json.loads(self.body)["queries"]]
            return self.plain(json.dumps({"results": [{"vulns": [{"id": "GHSA-torch"}]} if name == "torch" else {} for name in about]}).encode())
        affected = {"package": {"ecosystem": "PyPI", "name": "torch"}, "versions": ["1.0"]}
        return self.plain(json.dumps({"id": "GHSA-torch", "affected": [affected]}).encode())

    def osv_halfway(self, path, headers):  # knows that there are records, and does not give them
        return self.osv(path, headers) if path.endswith("/v1/querybatch") else self.osv_broken(path, headers)

    def osv_broken(self, path, headers):
        self.send(b"HTTP/1.1 500 Broken\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n")
        return True

    def osv_html(self, path, headers):
        return self.plain(b"<html>sign in to this network</html>", b"Content-Type: text/html\r\n")

    def garbage(self, path, headers):
        self.send(b"\0\1\2 not http at all\r\n\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
