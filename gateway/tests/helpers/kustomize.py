"""Renders a kustomization as far as ours need it: resources, namespace, images, patches (RFC 6902)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonpatch
import yaml

Manifest = dict[str, Any]
_KNOWN = {"apiVersion", "kind", "namespace", "resources", "images", "patches"}


def render(folder: Path) -> list[Manifest]:
    """The manifests of a folder with a kustomization.yaml.

    Raises:
        ValueError: It uses what this does not know.
    """
    asked = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    if unknown := asked.keys() - _KNOWN:
        msg = f"{folder}: {', '.join(sorted(unknown))} is not rendered here"
        raise ValueError(msg)
    found: list[Manifest] = []
    for name in asked["resources"]:
        path = folder / name
        found += render(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for patch in asked.get("patches", ()):
        operations = yaml.safe_load((folder / patch["path"]).read_text(encoding="utf-8"))
        chosen = [one for one in found if _is_meant(one, patch["target"])]
        if not chosen:
            msg = f"{folder / patch['path']} is for nothing"
            raise ValueError(msg)
        for one in chosen:
            jsonpatch.apply_patch(one, operations, in_place=True)
    for one in found:
        if "namespace" in asked and one["kind"] != "Namespace":
            one["metadata"]["namespace"] = asked["namespace"]
        for container in containers(one):
            for image in asked.get("images", ()):
                if container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    return found


def containers(manifest: Manifest) -> list[dict[str, Any]]:
    """The containers of a Deployment or Job."""
    return list(manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", ()))


def _is_meant(manifest: Manifest, target: dict[str, str]) -> bool:
    name: str = manifest["metadata"]["name"]
    return target["kind"] == manifest["kind"] and target.get("name", name) == name
