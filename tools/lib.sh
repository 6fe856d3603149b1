# Sourced by ./dev and ./hypr: where things are, and how the build's own programs come here.
HYPR_CACHE=${HYPR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hypr}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Sets JAVA_HOME to a JDK 25: the one that is set already, or one of Debian's places.
find_java() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        [ -x "$home/bin/javac" ] && grep -qsE '^JAVA_VERSION="25[".]' "$home/release" || continue
        export JAVA_HOME=$home PATH="$home/bin:$PATH"
        return
    done
    die "No JDK 25 found: JAVA_HOME is '${JAVA_HOME:-}', and /usr/lib/jvm has none. Install one (such as the package temurin-25-jdk)" \
        "or set JAVA_HOME to the folder of one."
}

# Exports the address of the central Maven repository: that of a mirror in the user's settings, else the one built into Maven.
find_central() {
    [ -z "${MAVEN_CENTRAL:-}" ] || return 0
    local settings=$HOME/.m2/settings.xml jar
    MAVEN_CENTRAL=
    if [ -f "$settings" ]; then
        MAVEN_CENTRAL=$(tr '\n' ' ' <"$settings" | sed 's/<!--[^>]*-->//g; s/<mirror>/\n&/g' |
            sed -n '/<mirrorOf>[^<]*\(central\|\*\)[^<]*<\/mirrorOf>/s#.*<url> *\([^< ]*\) *</url>.*#\1#p' | head -1)
    fi
    if [ -z "$MAVEN_CENTRAL" ]; then
        jar=$(ls /usr/share/maven/lib/maven-model-builder-*.jar 2>/dev/null | head -1)
        [ -n "$jar" ] || die "Maven is missing: './dev setup' installs it."
        MAVEN_CENTRAL=$(unzip -p "$jar" org/apache/maven/model/pom-4.0.0.xml | sed -n 's#.*<url>\(.*\)</url>.*#\1#p' | head -1)
    fi
    export MAVEN_CENTRAL=${MAVEN_CENTRAL%/}/
}

# Sets JARS to the folder of the libraries that tools/pom.xml names, and TOOLS to that of our own programs, compiled against them.
find_tools() {
    JARS=$HYPR_CACHE/tools/$(sha256sum <tools/pom.xml | cut -c1-16)
    TOOLS=$HYPR_CACHE/tools/$(cat tools/pom.xml tools/*.java "$JAVA_HOME/release" | sha256sum | cut -c1-16)-classes
    [ -d "$TOOLS" ] && return
    mkdir -p "$HYPR_CACHE/tools"
    if [ ! -d "$JARS" ]; then
        say "tools: getting the libraries of the build from Maven"
        rm -rf "$JARS.$$"
        MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" mvn -q -B -f tools/pom.xml \
            dependency:copy-dependencies -DexcludeTransitive -DoutputDirectory="$JARS.$$" >"$JARS.log" 2>&1 ||
            { cat "$JARS.log" >&2; die "Maven can't get the libraries that tools/pom.xml names."; }
        publish "$JARS"
    fi
    rm -rf "$TOOLS.$$"
    "$JAVA_HOME/bin/javac" -Xlint:all,-classfile -Werror -proc:none -cp "$JARS/*" -d "$TOOLS.$$" tools/*.java || exit 1
    publish "$TOOLS"
}

# Moves FOLDER.$$ to FOLDER, unless another process was faster.
publish() { mv -T "$1.$$" "$1" 2>/dev/null || rm -rf "$1.$$"; }
