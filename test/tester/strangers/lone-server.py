"""A server of this API as a student might write it, on Python's standard library alone.

One server in memory that takes itself for the leader, under the names with "surfstore." and in
camel case; it knows nothing of the methods that came later. Its first argument is a port, 0 for
any; further ones name methods that it is not to have. It prints the port that it listens at.
"""
import sys
import threading
from socketserver import ThreadingMixIn
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer


class RequestHandler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/RPC2",)


class ThreadedServer(ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True
    # With the usual 5, whoever comes in a crowd waits for seconds.
    request_queue_size = 128


class FileStore:
    def __init__(self):
        self._lock = threading.Lock()
        self._files = {}
        self._crashed = False

    def ping(self):
        return True

    def getfileinfomap(self):
        with self._lock:
            self._refuse_if_crashed()
            return dict(self._files)

    def updatefile(self, name, version, hashlist):
        with self._lock:
            self._refuse_if_crashed()
            if version != self._version(name) + 1:
                return False
            self._files[name] = [version, hashlist]
            return True

    def is_leader(self):
        return not self._crashed

    def is_crashed(self):
        return self._crashed

    def crash(self):
        self._crashed = True
        return True

    def restore(self):
        self._crashed = False
        return True

    def tester_getversion(self, name):
        with self._lock:
            return self._version(name)

    def _version(self, name):
        return self._files.get(name, [0])[0]

    def _refuse_if_crashed(self):
        if self._crashed:
            raise Exception("isCrashed")


def main():
    address = ("127.0.0.1", int(sys.argv[1]))
    server = ThreadedServer(address, requestHandler=RequestHandler, logRequests=False)
    server.register_introspection_functions()
    store = FileStore()
    methods = {
        "ping": store.ping,
        "getfileinfomap": store.getfileinfomap,
        "updatefile": store.updatefile,
        "isLeader": store.is_leader,
        "isCrashed": store.is_crashed,
        "crash": store.crash,
        "restore": store.restore,
        "tester_getversion": store.tester_getversion,
    }
    for name, function in methods.items():
        if name not in sys.argv[2:]:
            server.register_function(function, "surfstore." + name)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
