"""Makes one call with the Kubernetes client from PyPI, given only host, token and CA, and prints the result as JSON."""

import json
import os
import sys

from kubernetes import client, watch
from kubernetes.stream import stream

configuration = client.Configuration(host=os.environ["HOST"])
configuration.ssl_ca_cert = os.environ["CA_FILE"]
configuration.api_key = {"authorization": "Bearer " + os.environ["TOKEN"]}
core = client.CoreV1Api(client.ApiClient(configuration))


def names():
    return [pod.metadata.name for pod in core.list_namespaced_pod("demo").items]


def events():
    seen = watch.Watch().stream(core.list_namespaced_pod, "demo", field_selector="metadata.name=shell", timeout_seconds=2)
    return [[event["type"], event["object"].metadata.name] for event in seen]


def lines():
    return core.read_namespaced_pod_log("ticker", "demo", tail_lines=3).splitlines()


def followed():
    source = watch.Watch()
    found = []
    for line in source.stream(core.read_namespaced_pod_log, "ticker", "demo", tail_lines=1):
        found.append(line)
        if len(found) == 4:
            source.stop()
    return found


def run():
    session = stream(
        core.connect_get_namespaced_pod_exec, "shell", "demo", container="cat",
        command=["sh", "-c", "read line; echo out $line; echo err >&2; exit 3"],
        stdin=True, stdout=True, stderr=True, _preload_content=False,
    )
    session.write_stdin("in\n")
    session.run_forever(timeout=20)
    return {"stdout": session.read_stdout(), "stderr": session.read_stderr(), "code": session.returncode}


def write():
    name = sys.argv[2]
    core.create_namespaced_config_map("demo", {"metadata": {"name": name}, "data": {"a": "1"}})
    core.patch_namespaced_config_map(name, "demo", {"data": {"a": "2"}})
    value = core.read_namespaced_config_map(name, "demo").data["a"]
    core.delete_namespaced_config_map(name, "demo")
    return value


calls = {"list": names, "watch": events, "logs": lines, "follow": followed, "exec": run, "write": write}
print(json.dumps(calls[sys.argv[1]]()))
