# Sourced by ./dev and ./hypr: where things are, and how the build's own tools come here.
HYPR_CACHE=${HYPR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hypr}
BND=7.3.0
JUNIT=1.14.4

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Sets JAVA_HOME to a JDK 25: the one that is set already, or one of Debian's places.
find_java() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        [ -x "$home/bin/javac" ] && grep -qs '^JAVA_VERSION="25[.."]' "$home/release" || continue
        export JAVA_HOME=$home PATH="$home/bin:$PATH"
        return
    done
    die "No JDK 25 found: JAVA_HOME is '${JAVA_HOME:-}' and /usr/lib/jvm has none. Install one (for example the package temurin-25-jdk) or set JAVA_HOME to it."
}

# Exports the address of the central Maven repository: a mirror from the user's settings, else the one Maven itself has built in.
find_central() {
    [ -z "${MAVEN_CENTRAL:-}" ] || return 0
    local settings=$HOME/.m2/settings.xml pom
    if [ -f "$settings" ]; then
        MAVEN_CENTRAL=$(tr -d '\n' <"$settings" | sed 's/<!--[^>]*-->//g; s/<mirror>/\n&/g' |
            sed -n '/<mirrorOf>[^<]*\(central\|\*\)[^<]*<\/mirrorOf>/s#.*<url> *\([^< ]*\) *</url>.*#\1#p' | head -1)
    fi
    if [ -z "${MAVEN_CENTRAL:-}" ]; then
        pom=$(ls /usr/share/maven/lib/maven-model-builder-*.jar 2>/dev/null | head -1)
        [ -n "$pom" ] || die "Maven is missing: run './dev setup'."
        MAVEN_CENTRAL=$(unzip -p "$pom" org/apache/maven/model/pom-4.0.0.xml | sed -n 's#.*<url>\(.*\)</url>.*#\1#p' | head -1)
    fi
    export MAVEN_CENTRAL=${MAVEN_CENTRAL%/}/
}

# Prints the path of a jar of the build's own, and brings it into the cache by Maven when it is not there yet.
tool_jar() {
    local file=$HYPR_CACHE/tools/$2-$3.jar
    if [ ! -f "$file" ]; then
        mkdir -p "$HYPR_CACHE/tools"
        mvn -q -B dependency:get -Dartifact="$1:$2:$3" -Dtransitive=false >&2 || die "Maven can't get $1:$2:$3."
        cp "$HOME/.m2/repository/${1//.//}/$2/$3/$2-$3.jar" "$file.$$" && mv "$file.$$" "$file"
    fi
    printf %s "$file"
}

# Sets TOOLS to the class path of the build's own programs, compiled from tools/*.java when those changed.
find_tools() {
    local name jars= hash
    for name in bndlib repository resolve bnd.util bnd.embedded-repo; do
        jars=$jars:$(tool_jar biz.aQute.bnd "biz.aQute.$name" $BND)
    done
    jars=$jars:$(tool_jar biz.aQute.bnd biz.aQute.bnd 7.1.0)
    jars=$jars:$(tool_jar org.junit.platform junit-platform-console-standalone $JUNIT)
    hash=$(cat tools/*.java "$JAVA_HOME/release" | sha256sum | cut -c1-16)
    if [ ! -d "$HYPR_CACHE/tools/$hash" ]; then
        "$JAVA_HOME/bin/javac" -Xlint:all,-classfile -Werror -proc:none -cp "${jars#:}" -d "$HYPR_CACHE/tools/$hash.$$" tools/*.java || exit 1
        mv -T "$HYPR_CACHE/tools/$hash.$$" "$HYPR_CACHE/tools/$hash" 2>/dev/null || rm -rf "$HYPR_CACHE/tools/$hash.$$"
    fi
    TOOLS=$HYPR_CACHE/tools/$hash$jars
}
