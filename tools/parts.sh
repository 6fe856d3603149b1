# Sourced by ./dev and ./hypr: how each part of the tree is built and tested.

DIST=hypr.dist/generated/hypr

# Names of the bundles' projects in the tree.
bundles() { local f; for f in hypr.*/bnd.bnd; do [ ! -f "$f" ] || echo "${f%/bnd.bnd}"; done; }

# One build at a time in this tree.
lock() { exec 9<cnf/build.bnd; flock -n 9 || { say "waiting for another build in this tree"; flock 9; }; }
unlock() { exec 9<&-; }

# setup USE...: installs the packages of tools/packages.txt for these uses, if any is missing.
setup() {
    local use name rest missing=
    while read -r use name rest; do
        case " $* " in *" $use "*) [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing="$missing $name" ;; esac
    done < <(grep -v '^#' tools/packages.txt)
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || die "Packages are missing:$missing. Install them as root: 'sudo ./dev setup'."
    say "setup: installing$missing"
    local log; log=$(mktemp)
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing; } >"$log" 2>&1 ||
        { tail -20 "$log" >&2; die "apt-get failed; all that it said is in $log."; }
    rm -f "$log"
}

# build [NAME...]
build() {
    local name java=() native=()
    for name; do
        case $name in
            kernel | kestrel | krun | launcher | virtiofsd) native+=("$name") ;;
            doc) ;;
            *) java+=("$name") ;;
        esac
    done
    if [ $# = 0 ]; then native=(kernel kestrel launcher ${OPTIONAL-krun virtiofsd}); fi
    for name in ${native[@]+"${native[@]}"}; do [ ! -d "$name" ] || build_native "$name"; done
    if [ $# = 0 ] || [ ${#java[@]} -gt 0 ]; then build_java ${java[@]+"${java[@]}"}; fi
    case "$# ${java[*]-}" in "0 "* | *hypr.dist*) assemble ;; esac
}

# The kernel's build has a lock of its own, and takes minutes: others build meanwhile.
build_native() {
    if [ "$1" = kernel ]; then
        kernel/build.sh >/dev/null || die "The kernel does not build."
    elif [ "$1" = krun ] || [ "$1" = virtiofsd ]; then
        build_rust "$1"
    else
        lock
        make -s -C "$1" all >&2 9<&- || die "$1 does not build."
        unlock
    fi
}

# Without a Rust of its age (status 3) there is no such program, and all else is as it was.
build_rust() {
    local status=0
    "$1/build.sh" >/dev/null || status=$?
    case $status in 0 | 3) ;; *) die "$1 does not build." ;; esac
}

build_java() {
    find_java; find_central; lock; find_tools
    "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --sun-misc-unsafe-memory-access=allow \
        -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$TOOLS:$JARS/*" Build "$PWD" "$@" 9<&-
    unlock
}

# Completes what tools/Distribution.java laid out: programs, kernel, initramfs, completions, and the JVM's cache of classes.
assemble() {
    local kernel name file
    lock
    for file in launcher/build/hypr launcher/build/hypr-start launcher/build/hypr-kvmprobe; do place "$file" "$DIST/bin/${file##*/}"; done
    for file in launcher/build/qemu/*; do
        if [ -L "$file" ]; then ln -sfn "$(readlink "$file")" "$DIST/share/qemu/${file##*/}"; else place "$file" "$DIST/share/qemu/${file##*/}"; fi
    done
    place hypr.tck/generated/hypr.tck.jar "$DIST/share/sdk/hypr.tck.jar"
    place kestrel/build/initramfs.cpio "$DIST/share/initramfs.cpio"
    for file in launcher/completions/*; do place "$file" "$DIST/share/completions/${file##*/}"; done
    if [ -x kernel/build.sh ]; then
        kernel=$(kernel/build.sh --path)
        for file in vmlinux bzImage config version; do place "$kernel/$file" "$DIST/share/kernel/$file"; done
    fi
    for name in krun virtiofsd; do
        [ -x "$name/build.sh" ] || continue
        file=$("$name/build.sh" --path)/hypr-$name
        if [ -f "$file" ]; then place "$file" "$DIST/bin/hypr-$name"; else rm -f "$DIST/bin/hypr-$name"; fi   # another version's would not be understood
    done
    if [ -x hypr.image/images/build.sh ] && { [ ! -f "$DIST/share/images/busybox.tar" ] ||
        [ -n "$(find hypr.image/images /bin/busybox -newer "$DIST/share/images/busybox.tar" -print -quit)" ]; }; then
        say "images: making hypr/busybox and hypr/welcome"
        hypr.image/images/build.sh "$DIST/share/images" >&2
    fi
    find_java
    tools/train.sh "$DIST" 9<&-
    unlock
}

# place FILE TARGET: copies FILE when TARGET is another; a running program keeps the old file.
place() {
    [ -f "$1" ] || return 0
    cmp -s "$1" "$2" && return
    mkdir -p "${2%/*}"
    cp -p "$1" "$2.new" && mv "$2.new" "$2"
}

# Tests need what they test, and e2e and itest need all.
build_for_test() {
    case " $* " in
        "  " | *" itest "* | *" e2e "* | *" parity "* | *" lab "* | *" hypr.example.plugin "*) build ;;
        *) build "$@" ;;
    esac
}

# run_tests [NAME...]: runs each part, prints a summary per part, and last the sum of all.
run_tests() {
    local name passed=0 failed=0 skipped=0 ran=
    find_java; find_tools
    export E2E_STARTS; E2E_STARTS=$(mktemp)
    [ $# -gt 0 ] || set -- $(bundles | grep -vx hypr.itest) hypr.example.plugin doc kestrel krun launcher kernel itest e2e parity lab
    labs= labs_most=$(labs_at_once)   # not local: what ends them at the exit of the shell needs them
    case "$labs_most $* " in "2 "*" lab "*) begin_lab_tests ;; esac
    for name; do
        case $name in
            kestrel | launcher) [ ! -d "$name" ] || part "$name" make -s -C "$name" test ;;
            doc) part doc test_document ;;
            itest) [ ! -d hypr.itest ] || { part hypr.itest junit hypr.itest '.*(Test|Exam)'; } ;;
            e2e) for_each_test hypr.itest/e2e/*.test ;;
            parity) [ ! -x parity/run ] || part parity env -u DOCKER_HOST parity/run ;;   # beside an Engine of its own, whose version the list is true of
            lab) [ ! -x lab/test.sh ] || part lab lab/test.sh; [ -n "$labs" ] || begin_lab_tests ;;
            hypr.example.plugin) part "$name" env JUNIT="$(echo "$JARS"/junit-*.jar)" hypr.example.plugin/test.sh ;;
            hypr.*) [ -z "$(find "$name/bin_test" -name '*Test.class' 2>/dev/null | head -1)" ] || part "$name" junit "$name" '.*Test' ;;
            *) [ ! -x "$name/test.sh" ] || part "$name" "$name/test.sh" ;;
        esac
    done
    [ -z "$labs" ] || end_lab_tests
    [ -n "$ran" ] || die "No test ran."
    printf '\n%s\n' "$ran"
    what_templates_saved "$E2E_STARTS"
    rm -f "$E2E_STARTS"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}

# what_templates_saved FILE: of each hyprd a line: starts from templates and their mean in us, starts that booted and theirs.
what_templates_saved() {
    awk '{ n += $1; took += $1 * $2; booted += $3; boots += $3 * $4 }
        END { if (n && booted) printf "%d microVMs started from memory templates, in %.2f s; %d booted, in %.2f s: templates saved %.0f s.\n",
            n, took / n / 1e6, booted, boots / booted / 1e6, n * (boots / booted - took / n) / 1e6 }' "$1"
}

for_each_test() { local file; for file; do [ ! -x "$file" ] || part "$(basename "$file" .test)" "$file"; done; }

# Tests that run on the emulated host, where all takes long; the options of the host stand in the file. Such a host keeps one processor busy and has up to 3 GiB
# of memory, and what else is tested waits for most of the time. Where there is room for two, one at a time runs beside all else, and two when that has ended.
# What each said is shown when all have ended.
begin_lab_tests() {
    local file
    labs=$(mktemp -d)
    for file in lab/*.test; do [ ! -x "$file" ] || printf '%s\0' "$file"; done >"$labs/files"
    trap end_of_labs EXIT
    E2E_LIMIT=${E2E_LIMIT:-240} setsid xargs -0 -r -a "$labs/files" -n 1 bash -c '
        status=0 name=$(basename "$1" .test)
        lab/lab $(sed -n "s/^# lab: //p" "$1") -- "$1" >"$0/$name" 2>&1 </dev/null || status=$?
        echo "$status $SECONDS" >"$0/$name.ended"
        echo "lab $name: ended after $SECONDS s" >&2' "$labs" &
    labs_runner=$!
}
# xargs takes one more at a time for each SIGUSR1.
end_lab_tests() {
    local file name
    [ "$labs_most" = 1 ] || kill -USR1 "$labs_runner" 2>/dev/null || true
    wait "$labs_runner" || true
    for file in lab/*.test; do
        name=$(basename "$file" .test)
        [ ! -x "$file" ] || took=$(cut -d' ' -f2 "$labs/$name.ended") part "lab $name" lab_result "$labs/$name"
    done
}
end_of_labs() { kill -- "-$labs_runner" 2>/dev/null || true; rm -rf "$labs"; }
lab_result() { cat "$1"; return "$(cut -d' ' -f1 "$1.ended")"; }

labs_at_once() { if [ "$(nproc)" -ge 2 ] && [ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -ge $((11 << 20)) ]; then echo 2; else echo 1; fi; }

# junit PROJECT PATTERN: the tests of one project, with the project's folder as the current one.
junit() (
    cd "$1"
    exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -ea -Djdk.http.auth.tunneling.disabledSchemes= --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        -cp "$(cat generated/testpath):$TOOLS:$(echo "$JARS"/junit-*.jar)" Tests bin_test "$2"
)

# part NAME COMMAND...: runs a part's tests; adds up the last 'N passed, N failed[, N skipped]' that it prints.
part() {
    local name=$1 status=0 log line p=0 f=0 s=0 start=$SECONDS; shift
    log=$(mktemp)
    echo "== $name"
    { "$@" </dev/null 2>&1 || echo $? >"$log.status"; } | tee "$log" | grep -vE '^([a-z.]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' || true
    [ ! -f "$log.status" ] || status=$(cat "$log.status")
    line=$(grep -oE '[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?' "$log" | tail -1) || true
    rm -f "$log" "$log.status"
    [ -z "$line" ] || { set -- ${line//[^0-9]/ }; p=$1 f=$2 s=${3:-0}; }
    if [ "$f" = 0 ] && { [ "$status" != 0 ] || [ $((p + s)) = 0 ]; }; then
        echo "FAILED: $name: ended with status $status after '${line:-no result}'"
        f=1
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    ran="$ran$(printf '%-28s %5d passed %4d failed %4d skipped %5d s' "$name" $p $f $s "${took:-$((SECONDS - start))}")"$'\n'
}

# The documentation of hypr.api, as authors of plug-ins read it; whatever javadoc complains of is a mistake, but for constructors of classes that hold values only.
document() {
    local log=hypr.api/generated/doc.log
    build hypr.api
    find_java; find_tools
    "$JAVA_HOME/bin/javadoc" -quiet -Xdoclint:all -Xmaxwarns 1000 --release 25 -d hypr.api/generated/doc -windowtitle 'HYPR API' \
        -sourcepath hypr.api/src -classpath "$(cat hypr.api/generated/testpath)" -subpackages io.hypr >"$log" 2>&1 || { cat "$log" >&2; die "The documentation cannot be made."; }
    if grep ': warning:' "$log" | grep -qv 'use of default constructor'; then
        grep -v 'use of default constructor' "$log" | grep -A2 ': warning:' >&2
        die "The documentation has mistakes."
    fi
    echo hypr.api/generated/doc/index.html
}

# As a test: every page that a contract must have is there.
test_document() {
    local index; index=$(document) || { echo "0 passed, 1 failed"; return 1; }
    [ -f "$index" ] && [ -f "${index%index.html}io/hypr/vmm/VmmBackend.html" ] || { echo "FAILED: $index or the page of VmmBackend is missing"; echo "0 passed, 1 failed"; return 1; }
    echo "1 passed, 0 failed"
}

clean() {
    lock
    rm -rf hypr.*/bin hypr.*/bin_test hypr.*/generated cnf/cache cnf/release/index.xml*
    local name; for name in kestrel launcher; do [ ! -f "$name/Makefile" ] || make -s -C "$name" clean; done
    unlock
}
