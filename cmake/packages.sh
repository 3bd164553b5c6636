# Sourced by tools/quickstart and tests/run: installs Debian or Ubuntu packages, but only those that miss.

build_packages=(g++ cmake ninja-build pkg-config flatbuffers-compiler libflatbuffers-dev
  libcli11-dev libfmt-dev nlohmann-json3-dev zlib1g-dev libmd-dev libpng-dev libjpeg-dev libzip-dev
  libprotobuf-dev protobuf-compiler python3)
test_packages=(catch2)
# Each makes some tests possible that are skipped without it.
optional_test_packages=(qemu-user g++-aarch64-linux-gnu qemu-system-arm gcc-arm-none-eabi
  libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib clang lld wasi-libc libc++-14-dev-wasm32 libclang-rt-14-dev-wasm32 nodejs python3-numpy python3-torch python3-venv valgrind groff fish zsh)

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

apt_get() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o Acquire::Retries=0 -o Acquire::http::Timeout=20 "$@" >/dev/null
}

no_dpkg() {
  ! command -v dpkg-query >/dev/null
}

# install_packages name...: all of them or an error that says what to do.
install_packages() {
  if no_dpkg; then
    echo "Not a Debian or Ubuntu system; needed here are the equivalents of: $*"
    return 0
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return 0
  echo "Installing ${missing[*]}"
  if ! { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; }; then
    echo "Could not install them. As root: apt-get install ${missing[*]}" >&2
    return 1
  fi
}

# install_optional_packages name...: as many as can be had; says which tests go without the others.
install_optional_packages() {
  no_dpkg && return 0
  local missing package
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return 0
  echo "Installing, if it can be had: ${missing[*]}"
  if apt_get update; then
    for package in "${missing[@]}"; do
      apt_get install -y --no-install-recommends "$package" 2>/dev/null
    done
  fi
  for package in $(missing_packages "${missing[@]}"); do
    echo "skipped: the tests that need $package"
  done
}

# install_onnxruntime: into a Python environment of its own, because distributions have none; if it can be had.
install_onnxruntime() {
  local folder=build/onnxruntime
  "$folder/bin/python3" -c 'import onnxruntime' 2>/dev/null && return 0
  echo "Installing, if it can be had: onnxruntime"
  python3 -m venv "$folder" >/dev/null 2>&1 &&
    "$folder/bin/pip" install --quiet --retries 0 --timeout 20 onnxruntime >/dev/null 2>&1 && return 0
  rm -rf "$folder"
  echo "skipped: the tests that need onnxruntime"
}
