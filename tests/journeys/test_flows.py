"""The replay through the Prefect flows writes the same bytes as in process, and leaves its runs behind."""

import json
from pathlib import Path

from tests.deploy.starting import free_ports, run

UNTIL = ("--from", "2022-02-25", "--to", "2022-03-18", "--seed", "1")


def test_replay_through_the_flows_gives_the_same_bytes(tmp_path: Path) -> None:
    plain, flows = tmp_path / "plain", tmp_path / "flows"
    port = free_ports()["QIANSHOU_PORT_PREFECT"]

    in_process = run(plain, "replay", *UNTIL, "--json")
    through = run(flows, "replay", *UNTIL, "--json", "--through-flows", QIANSHOU_PORT_PREFECT=port)

    assert (in_process.returncode, through.returncode) == (0, 0), through.stderr
    assert json.loads(through.stdout) == json.loads(in_process.stdout)
    exported = [run(home, "export", "--canonical").stdout for home in (plain, flows)]
    assert exported[0] == exported[1]
    assert exported[0].count("\n") > 1000
    assert (flows / "prefect" / "prefect.db").exists()
    assert (flows / "clock").read_text() == (plain / "clock").read_text()
