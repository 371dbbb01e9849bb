# Sourced by mvnw and caravan: sets JAVA_HOME to a JDK 25 or newer, or says in one line how to get one.
# Looks at CARAVAN_JAVA_HOME, JAVA_HOME, the java on PATH, then the usual folders.

caravan_java_major() { # prints the feature version of the JDK in $1; fails where there is no javac
    [ -x "$1/bin/javac" ] || return 1
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    else
        "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
    fi
}

caravan_try_jdk() {
    [ -n "${1:-}" ] || return 1
    caravan_major=$(caravan_java_major "$1") || return 1
    [ "${caravan_major:-0}" -ge 25 ] 2>/dev/null || return 1
    JAVA_HOME=$1
    export JAVA_HOME
}

caravan_find_jdk() {
    caravan_try_jdk "${CARAVAN_JAVA_HOME:-}" && return 0
    caravan_try_jdk "${JAVA_HOME:-}" && return 0
    caravan_javac=$(command -v javac 2>/dev/null) && [ -n "$caravan_javac" ] &&
        caravan_try_jdk "$(dirname "$(dirname "$(readlink -f "$caravan_javac" 2>/dev/null || printf %s "$caravan_javac")")")" && return 0
    # CARAVAN_JDK_FOLDERS replaces the folders that are searched (a test empties it)
    caravan_globbing=$-
    set +f
    for caravan_candidate in ${CARAVAN_JDK_FOLDERS-/usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home}; do
        caravan_try_jdk "$caravan_candidate" && break
    done
    case $caravan_globbing in *f*) set -f ;; esac
    if [ "$(caravan_java_major "${JAVA_HOME:-}" 2>/dev/null || echo 0)" -ge 25 ] 2>/dev/null; then
        return 0
    fi
    echo "caravan: no JDK 25 or newer found (looked at CARAVAN_JAVA_HOME, JAVA_HOME, PATH and the usual folders); get one with: apt install openjdk-25-jdk | dnf install java-25-openjdk-devel | brew install openjdk@25 | sdk install java 25-tem, or set CARAVAN_JAVA_HOME" >&2
    return 1
}

caravan_find_jdk || exit 1
