# Sourced by run: a real Docker Engine to compare with. That of DOCKER_HOST, where it is set; else a dockerd of the run's own, from Debian's packages, unpacked and not
# installed: it has its own data, sockets, processes and, like hypr here, network namespace, asks no registry, and touches no other Docker of this host.

DOCKER_PACKAGES="docker.io containerd runc tini libdevmapper1.02.1 libseccomp2 libsystemd0"

# The folder of the unpacked packages, made once for each version.
docker_unpacked() {
    local version root
    version=$(apt-cache policy docker.io 2>/dev/null | sed -n 's/^  Candidate: //p')
    if [ -z "$version" ] || [ "$version" = "(none)" ]; then apt-get -qq update >/dev/null 2>&1; version=$(apt-cache policy docker.io | sed -n 's/^  Candidate: //p'); fi
    case $version in '' | '(none)') echo "this host's packages have no docker.io" >&2; return 1 ;; esac
    root=${HYPR_CACHE:-$HOME/.cache/hypr}/docker/$version
    if [ ! -d "$root" ]; then
        mkdir -p "$root.part/packages"
        chmod 777 "$root.part/packages"   # apt downloads as a user of its own
        (cd "$root.part/packages" && { apt-get -qq download $DOCKER_PACKAGES || { apt-get -qq update && apt-get -qq download $DOCKER_PACKAGES; }; }) >/dev/null 2>"$root.part/log" ||
            { echo "Debian's packages of Docker cannot be downloaded: $(tail -1 "$root.part/log")" >&2; rm -rf "$root.part"; return 1; }
        for package in "$root.part"/packages/*.deb; do dpkg -x "$package" "$root.part"; done
        rm -rf "$root.part/packages" "$root.part/log"
        mv -T "$root.part" "$root" 2>/dev/null || [ -d "$root" ]
    fi
    echo "$root"
}

# Starts the private Engine in $WORK/docker; DOCKER_HOST is set.
docker_private() {
    local root=$DOCKER_ROOT own=$WORK/docker client
    client=$(docker version --format '{{.Client.Version}}' 2>/dev/null)
    mkdir -p "$own"
    local path=$root/usr/sbin:$root/usr/bin:$root/sbin:$root/bin
    export DOCKER_HOST=unix://$own/docker.sock
    # Its key would be kept in /etc/docker else.
    echo "{\"deprecated-key-path\": \"$own/key.json\"}" >"$own/daemon.json"
    env PATH="$path:$PATH" LD_LIBRARY_PATH="$root/usr/lib/$(uname -m)-linux-gnu:$root/lib/$(uname -m)-linux-gnu" \
        dockerd --data-root "$own/data" --exec-root "$own/exec" -H "$DOCKER_HOST" -p "$own/pid" --config-file "$own/daemon.json" \
        --iptables=false --ip-masq=false --bip 172.17.0.1/16 --cgroup-parent "hypr-parity-$$" >"$WORK/docker.log" 2>&1 &
    # The words of an older client than 28 are written as those of 28; any other client than these two is not known.
    case $client in 28.*) ;; *) export PATH=$root/usr/bin:$PATH ;; esac
    eventually "Docker answers" docker_answers_or_ends $! 2>/dev/null && timeout 20 docker version >/dev/null 2>&1
}

docker_answers_or_ends() { timeout 20 docker version >/dev/null 2>&1 || ! kill -0 "$1" 2>/dev/null; }

docker_end() {
    local own=$WORK/docker pid
    [ -f "$own/pid" ] || return 0
    pid=$(<"$own/pid")
    docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
    kill "$pid" 2>/dev/null
    (eventually "dockerd ends" dead "$pid")
    find /sys/fs/cgroup -depth -type d -path "*/hypr-parity-$$*" -exec rmdir {} + 2>/dev/null
}
