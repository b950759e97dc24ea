#!/usr/bin/python3
"""
OpenStack Swift with its S3 API, as one process on the loopback address: the proxy, and one account,
container and object server behind it, in a folder of its own. The code is Debian's; only how it is
put together is ours. It ends when its standard input does, or is killed.

    swift-server.py FOLDER PORT ACCESS_KEY_ID SECRET_ACCESS_KEY

ACCESS_KEY_ID has the form ACCOUNT:USER. Prints "ready" once it takes requests.
"""
import eventlet

eventlet.monkey_patch()

import logging  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

DEVICE = "disk"
HOST = "127.0.0.1"

SWIFT_CONF = """
[swift-hash]
swift_hash_path_prefix = test
swift_hash_path_suffix = test
[storage-policy:0]
name = only
default = yes
"""

STORAGE_CONF = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}
mount_check = false
log_level = ERROR
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY_CONF = """
[DEFAULT]
swift_dir = {folder}
log_level = ERROR
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth copy proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
allow_multipart_uploads = false
# Few keys on a page, so that every listing goes over several.
max_bucket_listing = 10
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:copy]
use = egg:swift#copy
"""


class NoCache:
    """Stands where Swift expects memcached, and remembers nothing."""

    def get(self, *_args, **_options):
        return None

    def set(self, *_args, **_options):
        pass

    delete = set


def without_cache(app):
    def run(env, start_response):
        env["swift.cache"] = NoCache()
        return app(env, start_response)

    return run


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def write_ring(folder, name, port):
    builder = RingBuilder(1, 1, 0)
    device = {"region": 0, "zone": 0, "weight": 1, "ip": HOST, "port": port, "device": DEVICE}
    builder.add_dev(device)
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + ".ring.gz"))


def listen(port):
    listener = eventlet.listen((HOST, port))
    # Without it every answer waits for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(listener, app):
    eventlet.spawn(wsgi.server, listener, app, log=logging.getLogger("wsgi"), log_output=False)


def main(folder, port, access_key, secret):
    os.makedirs(os.path.join(folder, DEVICE), exist_ok=True)
    write(folder, "swift.conf", SWIFT_CONF)
    utils.set_swift_dir(folder)
    for kind in ("account", "container", "object"):
        listener = listen(0)
        write_ring(folder, kind, listener.getsockname()[1])
        conf = STORAGE_CONF.format(folder=folder, kind=kind)
        serve(listener, loadapp(write(folder, kind + "-server.conf", conf)))
    user = access_key.replace(":", "_")
    conf = PROXY_CONF.format(folder=folder, user=user, secret=secret)
    proxy = loadapp(write(folder, "proxy-server.conf", conf))
    serve(listen(int(port)), without_cache(proxy))
    print("ready", flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        eventlet.sleep(0.5)


main(*sys.argv[1:])
