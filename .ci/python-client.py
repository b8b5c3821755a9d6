"""Two cycles with a published Python client of the Import API against the server whose URL is the argument.

The client knows imports, synchronizations and results; jobs and assets are looked at without it.
"""

import base64
import json
import sys
import tempfile
import time
import urllib.request

import collibra_importer
from collibra_importer.rest import ApiException

root = sys.argv[1]
configuration = collibra_importer.Configuration(host=f"{root}/rest/2.0", username="admin", password="admin")
client = collibra_importer.ApiClient(configuration)
imports = collibra_importer.ImportApi(client)
results = collibra_importer.ImportResultsApi(client)
ID = "python-client"


def get(path):
    request = urllib.request.Request(f"{root}/rest/2.0{path}")
    request.add_header("Authorization", "Basic " + base64.b64encode(b"admin:admin").decode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def finished(job):
    """Waits for a job, a minute at most, and gives its summary."""
    until = time.monotonic() + 60
    while True:
        state = get(f"/jobs/{job.id}")["state"]
        if state in ("COMPLETED", "CANCELED", "ERROR"):
            break
        assert time.monotonic() < until, f"job {job.id} is still {state}"
        time.sleep(0.05)
    assert state == "COMPLETED", f"job {job.id} ended in {state}"
    summary = results.get_import_job_summary(job.id)
    assert summary.import_job_state == "COMPLETED", summary
    assert results.find_import_errors(job.id).total == 0
    return summary


DOMAIN = {"name": "Tides", "community": {"name": "Port"}}
PLACE = [
    {"resourceType": "Community", "identifier": {"name": "Port"}},
    {"resourceType": "Domain", "identifier": DOMAIN, "type": {"name": "Physical Data Dictionary"}},
]


def table(name):
    return {"resourceType": "Asset", "identifier": {"name": name, "domain": DOMAIN}, "type": {"name": "Table"}}


def batch(commands, **options):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(commands, file)
        file.flush()
        return finished(imports.synchronize_batch_json_in_job(ID, file=file.name, **options))


def finalize(**options):
    return finished(imports.synchronize_finalize_in_job(ID, **options))


def assets():
    return [asset["name"] for asset in get("/assets")["results"]]


def removed(summary):
    return sum(kind.counters.removed for kind in summary.resource_types)


assert imports.exists(ID) is False

# The client writes booleans as Python does: True, False.
batch(PLACE + [table("one"), table("two")], continue_on_error=False, send_notification=False)
batch([table("three")], continue_on_error=True)
assert removed(finalize(finalization_strategy="REMOVE_RESOURCES")) == 0
assert assets() == ["one", "three", "two"], assets()
assert imports.exists(ID) is True
assert [info.synchronization_id for info in imports.find_synchronization_infos().results] == [ID]

# Without options the client sends no body and no content type; a service that takes at least one part refuses that.
try:
    imports.synchronize_finalize_in_job(ID)
    raise AssertionError("a finalization without any part was accepted")
except ApiException as error:
    assert error.status == 400, error

batch(PLACE + [table("one")], continue_on_error=False)
batch([table("three")], continue_on_error=False)
assert removed(finalize(finalization_strategy="REMOVE_RESOURCES", send_notification=True)) == 1
assert assets() == ["one", "three"], assets()

imports.evict_synchronization_cache(ID)
imports.remove_synchronization(ID)
assert imports.exists(ID) is False
assert assets() == ["one", "three"], "forgetting a synchronization leaves its resources"
print("python client: two cycles, and the asset that was left out is gone")
