# Finds the newest JDK of this machine. Sourced by ./firehole and .ci/run; written for bash 3.2.

JAVA_MIN=21

# Prints the version of the JDK in directory $1 as one comparable number (25.0.1 -> 25000001), nothing if it is no JDK.
# Reads its "release" file rather than start it: a JVM takes longer than everything else here together.
jdk_version() {
  local line version=''
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in JAVA_VERSION=*) version=${line#JAVA_VERSION=} ;; esac
  done <"$1/release"
  version=${version//\"/}
  version=${version%%[-+_]*}
  case $version in 1.* | '' | *[!0-9.]*) return 0 ;; esac
  local major minor patch rest
  IFS=. read -r major minor patch rest <<EOF
$version
EOF
  printf '%d\n' $((10#${major:-0} * 1000000 + 10#${minor:-0} * 1000 + 10#${patch:-0}))
}

# Sets java_home to the newest JDK of all the usual places, and java_version to its version as one number. Of equal ones
# the first wins, so JAVA_HOME does.
# Says what to install and exits with 2 if there is none of version $JAVA_MIN or newer.
find_jdk() {
  local candidate version best=0 on_path
  java_home='' java_version=0
  on_path=$(command -v javac 2>/dev/null || command -v java 2>/dev/null || true)
  [ -n "$on_path" ] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" \
    /usr/lib/jvm/* /usr/java/* /usr/local/lib/jvm/* /opt/*jdk* /opt/java/* /opt/*/jdk* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* "${HOME:-/nonexistent}"/.asdf/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$candidate" ] || continue
    version=$(jdk_version "$candidate")
    if [ -n "$version" ] && [ "$version" -gt "$best" ]; then
      best=$version
      java_home=$candidate java_version=$version
    fi
  done
  [ "$best" -ge $((JAVA_MIN * 1000000)) ] && return 0
  local found=none
  [ "$best" -gt 0 ] && found="$((best / 1000000)), in $java_home"
  cat >&2 <<EOF
firehole: needs a JDK of version $JAVA_MIN or newer; the newest found: $found.
  Debian, Ubuntu   sudo apt-get install openjdk-$JAVA_MIN-jdk-headless   (or a newer openjdk-NN-jdk-headless)
  macOS            brew install openjdk
  anywhere         Temurin, from https://adoptium.net; unpack it below ~/.jdks, or set JAVA_HOME
EOF
  exit 2
}
