"""The server's processes without containers: docker-compose's own commands on PostgreSQL and Redis."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.installation import READY, ROOT, SHARED_STATIC, Installation, surroundings, wait_for

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("server")]

HOST = "gate.example.org"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


class Server:
    """Web, worker and beat as docker-compose.yml starts them, side by side on this machine."""

    def __init__(self, var: Path, variables: dict[str, str]) -> None:
        server = {
            "POCGATE_MODE": "server",
            "POCGATE_TLS": "1",
            "POCGATE_SECRET_KEY": secrets.token_urlsafe(60),
            "POCGATE_ALLOWED_HOSTS": HOST,
            "POCGATE_TRUSTED_ORIGINS": f"https://{HOST}",
            "POCGATE_SITE_URL": f"https://{HOST}",
            "POCGATE_STATIC": str(SHARED_STATIC),
        }
        self.installation = Installation(var, variables=variables | server)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Prepare as the `migrate` service does, then start the three."""
        self.installation.manage("migrate", "--noinput")
        self.installation.manage("playbook", "publish-default", "--if-none")
        for name in ("web", "worker", "beat"):
            self.processes[name] = self._launch(name)
        wait_for(lambda: self.get(READY)[0] == 200, f"ready; {self.log()}", seconds=90, every=1)

    def _launch(self, name: str) -> subprocess.Popen[bytes]:
        here = {"0.0.0.0:8000": f"127.0.0.1:{self.installation.port}", "/tmp/beat-schedule": self._path("beat")}
        program, *arguments = [here.get(word, word) for word in SERVICES[name]["command"]]
        with self.installation.output.open("ab") as output:
            return subprocess.Popen(
                [str(Path(sys.executable).parent / program), *arguments],
                cwd=ROOT,
                env=self.installation.variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _path(self, name: str) -> str:
        return str(self.installation.var.parent / name)

    def stop(self) -> None:
        """End politely what still runs, then not so politely."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str]]:
        """Status and headers of a GET, asked as the proxy asks."""
        connection = HTTPConnection("127.0.0.1", self.installation.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": HOST, **headers})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    def log(self) -> str:
        """What the three printed."""
        return self.installation.said()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") or not os.environ.get("REDIS_URL"):
        pytest.skip("needs PostgreSQL and Redis: make test-services")
    with surroundings() as variables:
        server = Server(tmp_path_factory.mktemp("server") / "var", variables)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def test_server_processes_become_ready_on_postgresql_and_redis(server: Server) -> None:
    assert server.get(READY)[0] == 200


def test_doctor_finds_each_component_of_the_server_well(server: Server) -> None:
    checks = json.loads(server.installation.manage("doctor", "--json"))["checks"]

    assert [check for check in checks if check["state"] == "broken"] == []


def test_health_check_of_the_web_container_passes(server: Server) -> None:
    _cmd, _python, *command = SERVICES["web"]["healthcheck"]["test"]

    said = server.installation.manage(*command[1:], "--address", f"127.0.0.1:{server.installation.port}")

    assert said.startswith("ok")


def test_plain_http_is_sent_to_https(server: Server) -> None:
    status, headers = server.get("/")

    assert (status, headers["Location"]) == (301, f"https://{HOST}/")


def test_page_behind_the_proxy_has_the_headers_of_a_server(server: Server) -> None:
    status, headers = server.get("/sign-in/", **{"X-Forwarded-Proto": "https"})

    assert status == 200
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_other_host_name_is_refused(server: Server) -> None:
    assert server.get("/sign-in/", Host="evil.example")[0] == 400


def test_log_is_one_json_object_a_line(server: Server) -> None:
    server.get("/sign-in/", **{"X-Forwarded-Proto": "https"})
    ours = [line for line in server.log().splitlines() if line.startswith("{")]

    assert any("request_id" in json.loads(line) for line in ours)
