#!/bin/sh
# Installs what the demo and the tests need and the machine lacks: PostgreSQL's server, redis-server,
# pgbouncer and a C linker for cargo. From the system's own package manager, without questions; it starts
# no system-wide server, and has nothing to do the second time.
set -eu

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Servers are often outside a user's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/bin:/usr/local/bin

# A `postgres` in PATH is not enough: it takes the folder that has initdb beside it.
has_postgres() {
    if has initdb && has postgres && has psql; then return 0; fi
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        /Applications/Postgres.app/Contents/Versions/latest/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then return 0; fi
    done
    return 1
}
has_linker() { has cc || has gcc || has clang; }

missing=
has_postgres || missing="$missing postgresql"
has redis-server || missing="$missing redis-server"
has pgbouncer || missing="$missing pgbouncer"
has_linker || missing="$missing compiler"
[ -n "$missing" ] || exit 0
say "missing:$missing"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        say "this needs root and there is no sudo; run as root: sh tests/setup.sh"
        exit 1
    fi
}

# Settings that are there stay as they are.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
        apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@" >&2
}

# What a step of install_debian put in place for the time of the installation.
policy=
restore() {
    if [ -n "$policy" ]; then as_root rm -f /usr/sbin/policy-rc.d; fi
}

install_debian() {
    packages=
    for what in $missing; do
        case $what in
            compiler) packages="$packages build-essential" ;;
            *) packages="$packages $what" ;;
        esac
    done
    # A machine without PostgreSQL gets its programs but no cluster of its own.
    if [ ! -e /etc/postgresql-common/createcluster.conf ] && [ ! -d /etc/postgresql ]; then
        as_root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    # Debian starts what it installs, unless this says no.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=mine
        trap restore EXIT
        trap 'exit 1' HUP INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
        as_root chmod 755 /usr/sbin/policy-rc.d
    fi
    # The package lists may be absent or too old: then update them and try again.
    # shellcheck disable=SC2086 # a list of words
    if ! apt install --no-install-recommends $packages; then
        say "updating the package lists"
        apt update || { say "trying once more"; sleep 3; apt update; }
        # shellcheck disable=SC2086
        apt install --no-install-recommends $packages
    fi
}

install_mac() {
    if ! has brew; then
        say "install Homebrew first (https://brew.sh), then run this again"
        exit 1
    fi
    for what in $missing; do
        case $what in
            postgresql) brew install postgresql@17 >&2 ;;
            redis-server) brew install redis >&2 ;;
            pgbouncer) brew install pgbouncer >&2 ;;
            compiler)
                say "the command line tools are missing; run: xcode-select --install"
                exit 1
                ;;
        esac
    done
}

if has apt-get; then
    install_debian
elif [ "$(uname -s)" = Darwin ]; then
    install_mac
else
    say "no apt-get and no Homebrew here: install PostgreSQL's server (initdb, postgres, psql), redis-server,"
    say "pgbouncer and a C compiler with this system's package manager"
    exit 1
fi

for check in has_postgres has_linker; do
    "$check" || { say "still missing after the installation: ${check#has_}"; exit 1; }
done
for program in redis-server pgbouncer; do
    has "$program" || { say "still missing after the installation: $program"; exit 1; }
done
say "done"
