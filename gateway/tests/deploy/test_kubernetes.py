"""What deploy/kubernetes promises: rendered, checked against Kubernetes' own schemas, and read by what it is for."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.helpers.kustomize import Manifest, containers, render
from uwallet_gateway.settings import PREFIX, REPOSITORY, Settings

FOLDER = REPOSITORY / "deploy" / "kubernetes"
OVERLAYS = ("small", "large")
RENDERED = {name: render(FOLDER / "overlays" / name) for name in OVERLAYS}
# The oldest that is maintained, and the newest that the schemas have.
VERSIONS = ("1.34", "1.37")
# Of the Prometheus operator, not of Kubernetes.
FOREIGN = {"monitoring.coreos.com/v1"}
PAGES = ("docs/kubernetes.md", "docs/zh-CN/kubernetes.md")


def of(kind: str, overlay: str = "small") -> dict[str, Manifest]:
    """The manifests of a kind, by name."""
    return {one["metadata"]["name"]: one for one in RENDERED[overlay] if one["kind"] == kind}


def pods(overlay: str = "small") -> dict[str, dict[str, Any]]:
    """The pods' specifications, by the name of what makes them."""
    return {
        name: one["spec"]["template"]["spec"]
        for kind in ("Deployment", "Job")
        for name, one in of(kind, overlay).items()
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_of_kubernetes(overlay: str, version: str) -> None:
    checked = 0
    for one in RENDERED[overlay]:
        if one["apiVersion"] not in FOREIGN:
            kubernetes_validate.validate(one, version, strict=True)
            checked += 1
    assert checked == len(RENDERED[overlay]) - 1


def test_a_mistyped_field_is_found() -> None:
    wrong = {**of("PodDisruptionBudget")["engine"], "spec": {"maxUnavailible": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubectl_renders_the_same(overlay: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed; what the tests render by themselves is checked all the same")
    done = subprocess.run([kubectl, "kustomize", FOLDER / "overlays" / overlay], check=True, capture_output=True)

    def key(one: Manifest) -> tuple[str, str]:
        return one["kind"], one["metadata"]["name"]

    assert sorted(yaml.safe_load_all(done.stdout), key=key) == sorted(RENDERED[overlay], key=key)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_may_do_little_and_bring_no_secret(overlay: str) -> None:
    for name, pod in pods(overlay).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            allowed = container["securityContext"]
            assert allowed["allowPrivilegeEscalation"] is False
            assert allowed["readOnlyRootFilesystem"] is True
            assert allowed["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert re.fullmatch(r"registry\.example\.com/uwallet-(engine|gateway):\d+", container["image"])
    assert "Secret" not in {one["kind"] for one in RENDERED[overlay]}
    written = [value for settings in of("ConfigMap", overlay).values() for value in settings["data"].values()]
    assert not [value for value in written if re.search(r"(?i)(password|secret)\S*:\s*[^\s$]", value)]


def test_secrets_are_named_where_they_are_made() -> None:
    named = {
        variable["valueFrom"]["secretKeyRef"]["key"]: variable["valueFrom"]["secretKeyRef"]["name"]
        for pod in pods().values()
        for container in pod["containers"]
        for variable in container["env"]
    }
    assert set(named.values()) == {"uwallet"}
    for page in PAGES:
        told = set(re.findall(r"--from-literal=([a-z-]+)=", (REPOSITORY / page).read_text(encoding="utf-8")))
        assert told == set(named), page


def test_settings_are_settings() -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    given = set(of("ConfigMap")["gateway-settings"]["data"])
    for container in pods()["gateway"]["containers"]:
        given |= {variable["name"] for variable in container["env"]}
    assert given <= known
    # What the engine's file names is what it is given.
    endpoints = of("ConfigMap")["engine-endpoints"]["data"]["endpoints.yml"]
    (engine,) = pods()["engine"]["containers"]
    assert set(re.findall(r"\$\{([A-Z_]+)\}", endpoints)) == {one["name"] for one in engine["env"]} - {
        "UWALLET_ENGINE_SECRET"
    }


@pytest.mark.parametrize("name", ["engine", "gateway"])
def test_what_is_stopped_has_thirty_seconds(name: str) -> None:
    (container,) = pods()[name]["containers"]
    _, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
    finishing = float(of("ConfigMap")["gateway-settings"]["data"]["UWALLET_SHUTDOWN_SECONDS"])
    assert int(seconds) + finishing >= 30
    assert pods()[name]["terminationGracePeriodSeconds"] > int(seconds) + finishing
    assert container.keys() >= {"startupProbe", "livenessProbe", "readinessProbe"}


def test_probes_ask_what_is_answered() -> None:
    assert pods()["gateway"]["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/readyz"
    # A database that is away is no reason to restart.
    assert pods()["gateway"]["containers"][0]["livenessProbe"]["httpGet"]["path"] == "/healthz"
    dockerfile = (REPOSITORY / "deploy" / "Dockerfile.engine").read_text(encoding="utf-8")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = pods()["engine"]["containers"][0][probe]["httpGet"]
        assert f"127.0.0.1:5005{asked['path']}'" in dockerfile


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_any_one_may_be_missing(overlay: str) -> None:
    for name in ("engine", "gateway"):
        scaler = of("HorizontalPodAutoscaler", overlay)[name]["spec"]
        assert scaler["minReplicas"] >= 2
        assert scaler["maxReplicas"] > scaler["minReplicas"]
        assert "replicas" not in of("Deployment", overlay)[name]["spec"]
        allowed = of("PodDisruptionBudget", overlay)[name]["spec"]["maxUnavailable"]
        share = allowed / scaler["minReplicas"] if isinstance(allowed, int) else float(allowed.strip("%")) / 100
        assert share <= 0.5
        (spread,) = pods(overlay)[name]["topologySpreadConstraints"]
        assert spread["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": name}
    assert of("Job", overlay)["migrate"]["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def reached_from(name: str) -> list[Any]:
    """From where pods of this name may be reached: what any policy allows."""
    labels = {"app.kubernetes.io/name": name}
    return [
        source
        for policy in of("NetworkPolicy").values()
        if policy["spec"]["podSelector"].get("matchLabels", labels) == labels
        for rule in policy["spec"].get("ingress", ())
        for source in rule.get("from", ["everywhere"])
    ]


def test_engine_is_reached_by_gateways_only() -> None:
    nothing = of("NetworkPolicy")["nothing"]["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert reached_from("engine") == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}]
    assert reached_from("migrate") == []
    assert all("namespaceSelector" in source for source in reached_from("gateway"))
    assert len(reached_from("gateway")) == 2
    assert of("Service")["engine"]["spec"].get("type", "ClusterIP") == "ClusterIP"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_gateways_find_all_engines_by_their_name(overlay: str) -> None:
    service = of("Service", overlay)["engines"]["spec"]
    # Has an address for each of them and none of its own, so that it must be their port.
    assert service["clusterIP"] == "None"
    (container,) = pods(overlay)["engine"]["containers"]
    assert service["ports"][0]["port"] == container["ports"][0]["containerPort"]
    settings = of("ConfigMap", overlay)["gateway-settings"]["data"]
    assert settings["UWALLET_ENGINE_URL"] == f"http://engines:{service['ports'][0]['port']}"
    assert {name for one in of("Ingress").values() for name in _backends(one)} == {"gateway"}


def _backends(ingress: Manifest) -> list[str]:
    return [path["backend"]["service"]["name"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_find_what_they_are_for(overlay: str) -> None:
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in of("Deployment", overlay).items()}
    for name, service in of("Service", overlay).items():
        # Engines have a second name, which is that of all.
        assert service["spec"]["selector"].items() <= labels[name.removesuffix("s")].items()
    for name, one in of("Deployment", overlay).items():
        assert one["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    # Prometheus finds the gateways, at a port that they have, and the alerts know the job.
    (monitor,) = of("ServiceMonitor", overlay).values()
    (endpoint,) = monitor["spec"]["endpoints"]
    service = of("Service", overlay)["gateway"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": "uwallet-gateway"}]
    assert 'job="uwallet-gateway"' in (REPOSITORY / "deploy/monitoring/alerts.yml").read_text(encoding="utf-8")


def test_containers_write_where_they_may() -> None:
    for name, pod in pods().items():
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for container in pod["containers"]:
            for mount in container["volumeMounts"]:
                assert mount.get("readOnly") or volumes[mount["name"]]["emptyDir"]["sizeLimit"], name


def test_rendering_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\nconfigMapGenerator: []\n")
    with pytest.raises(ValueError, match="configMapGenerator"):
        render(tmp_path)
    assert containers({"kind": "Service"}) == []
