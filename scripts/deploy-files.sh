#!/usr/bin/env bash
# Checks the files in deploy/, as far as that is possible without deploying them.
#
#     scripts/deploy-files.sh
#
# What needs a program that is missing is skipped, and told; with AURAXIS_NO_SKIPS=1, it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

# skip WHAT: tells that something is not checked.
skip() {
    echo "skipped: $1" >&2
    [ -z "${AURAXIS_NO_SKIPS-}" ]
}

if command -v systemd-analyze >/dev/null; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    for unit in deploy/*.service; do
        # The program is not installed here.
        sed "s|^ExecStart=[^ ]*|ExecStart=$(command -v true)|" "$unit" >"$folder/${unit##*/}"
        # Mistakes such as unknown settings are warnings, with which it succeeds.
        said=$(systemd-analyze verify --man=no --recursive-errors=no "$folder/${unit##*/}" 2>&1) || { echo "$said" >&2; exit 1; }
        if grep -F "${unit##*/}" <<<"$said" >&2; then exit 1; fi
        echo "$unit"
    done
else
    skip 'units: systemd-analyze is missing; install the package systemd'
fi

if python3 -c 'import yaml' 2>/dev/null; then
    python3 - deploy/*.y*ml <<'END'
import sys, yaml

class Strict(yaml.SafeLoader):
    """Refuses a key that is given twice, of which the last would win."""
    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.value != "<<"]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key} is given twice{node.start_mark}")
        return super().construct_mapping(node, deep)

for path in sys.argv[1:]:
    with open(path) as file:
        documents = list(yaml.load_all(file, Strict))
    if path.endswith("kubernetes.yaml"):
        for document in documents:
            assert {"apiVersion", "kind", "metadata", "spec"} <= document.keys(), (path, document)
        [pod] = [it["spec"]["template"]["spec"] for it in documents if it["kind"] == "Deployment"]
        assert pod["securityContext"]["runAsNonRoot"], path
        [container] = pod["containers"]
        probes = [container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")]
        assert probes == ["/livez", "/healthz"], (path, probes)
        # Every mount has its volume.
        assert {it["name"] for it in container["volumeMounts"]} <= {it["name"] for it in pod["volumes"]}, path
    print(path)
END
else
    skip 'YAML: Python or its package yaml is missing; install python3-yaml'
fi
